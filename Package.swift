// swift-tools-version: 6.2
import PackageDescription

/// The rooms and their arrows (ARCHITECTURE.md): a room imports only what stands in its dependency list, and
/// `make check` builds with `--explicit-target-dependency-import-check error`, so this file is the whole
/// truth.

/// Bugs put in on purpose (`PlantedDefect`) are compiled in for `make mutants` alone, which sets this variable
/// and builds into a folder of its own: what trades never contains them.
let plantedDefects: [SwiftSetting] =
    Context.environment["ARBNODE_PLANTED_DEFECTS"] == nil ? [] : [.define("PLANTED_DEFECTS")]

let house: [SwiftSetting] =
    [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + plantedDefects

/// Rooms that never trade run ten thousands of virtual hours: they forgo the runtime's checks for overlapping
/// accesses in release builds (debug builds keep them).
let simulationOnly: [SwiftSetting] = [
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
]

/// Debug builds of these are optimised: they take most of the tests' time, and nobody steps through them.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

func room(
    _ name: String, _ dependencies: [Target.Dependency] = [], _ settings: [SwiftSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house + settings)
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: house)
}

func specification(
    _ name: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting] = []
) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: house + settings)
}

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOWebSocket", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]

let package = Package(
    name: "arbnode",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "arbnode", targets: ["arbnode"]),
        .executable(name: "arbsim", targets: ["arbsim"]),
        .executable(name: "arbctl", targets: ["arbctl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", .upToNextMinor(from: "0.2.0")),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    ],
    targets: [
        // C libraries installed by `make setup`
        .systemLibrary(
            name: "CWebSockets", pkgConfig: "libwebsockets", providers: [.apt(["libwebsockets-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "CAllocations"),
        .target(name: "CThreads"),
        .target(name: "CClock"),
        .systemLibrary(name: "CRocksDB", providers: [.apt(["librocksdb-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CHaru", providers: [.apt(["libhpdf-dev"])]),

        // L0, L1: values and pure decisions
        room("TradingModel", [], optimised),
        room("Books", ["TradingModel"]),
        room("Risk", ["TradingModel"]),
        room("Portfolio", ["TradingModel"]),
        room("Orders", ["TradingModel"]),
        room("Ports", ["TradingModel"]),
        room("Watch", ["TradingModel"]),
        room("Runbooks", ["TradingModel"]),
        room("Journal"),
        room("Measures"),
        room("Control"),
        room("Streams"),
        room("Recordings", ["TradingModel", "CZlib"]),
        // L2
        room("Audit", ["TradingModel", "Orders", "Journal", "Runbooks"]),
        room("Reports", ["TradingModel", "Risk", "Measures"]),
        room("Routing", ["TradingModel", "Books"]),
        room("Hedging", ["TradingModel"]),
        room("VenueKit", ["TradingModel", "Ports"], optimised),
        room(
            "LiveWorld",
            [
                "TradingModel", "Ports", "Journal", "Audit", "Watch", "CWebSockets", "COpenSSL",
                "CRocksDB", "CThreads", "CClock", "CZlib", "Recordings",
            ]),
        room("SimulatedWorld", ["TradingModel", "Ports", "Journal"], simulationOnly + optimised),
        room("Channels", ["TradingModel", "Ports", "Watch", "Streams", "CCurl"]),
        room("VenueServer", ["TradingModel", "SimulatedWorld", "COpenSSL"] + nio),
        // L3
        room("Strategies", ["TradingModel", "Books", "Routing"]),
        room(
            "Engine",
            ["TradingModel", "Books", "Risk", "Orders", "Routing", "Hedging", "Strategies", "Portfolio"]),
        // From here on rooms hold engines by value. When what an engine is made of changes its layout, SwiftPM
        // builds anew only who names that room, and anybody else would go on with the old layout and crash:
        // who names Engine names what it is made of (a test sees to it).
        room(
            "Tape",
            [
                "TradingModel", "Books", "Risk", "Orders", "Routing", "Hedging", "Strategies", "Portfolio",
                "Engine",
            ]),
        room("Replay", ["TradingModel", "Books", "Recordings", "VenueKit"]),
        // L4
        room(
            "Configuration",
            [
                "TradingModel", "Ports", "VenueKit", "Books", "Risk", "Hedging", "Routing", "Strategies",
                "Orders", "Engine", "Portfolio", "Watch", "Runbooks", "Reports", yams,
            ]),
        room(
            "Node",
            [
                "TradingModel", "Ports", "Books", "Orders", "Risk", "Hedging", "Routing", "Strategies",
                "Portfolio", "Engine", "VenueKit", "Watch", "Runbooks", "Tape", histogram,
            ]),
        room(
            "Console",
            [
                "TradingModel", "VenueKit", "Books", "Risk", "Orders", "Hedging", "Routing", "Strategies",
                "Engine", "Node", "Control", "Portfolio", "Watch", "Runbooks",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        room(
            "Simulator",
            [
                "TradingModel", "Ports", "Books", "Orders", "Risk", "Hedging", "Routing", "Strategies",
                "Engine", "VenueKit", "Node", "Configuration", "SimulatedWorld", "Watch", "Runbooks",
                "Portfolio", "Tape",
            ], simulationOnly),
        room(
            "Backtest",
            [
                "TradingModel", "Ports", "Books", "Orders", "Risk", "Hedging", "Routing", "Strategies",
                "Portfolio", "Engine", "VenueKit", "Node", "Configuration", "SimulatedWorld",
            ], simulationOnly),
        // L5
        executable(
            "arbnode",
            [
                "TradingModel", "Ports", "Books", "Routing", "Risk", "Hedging", "Strategies", "Orders",
                "Engine",
                "CAllocations", "CHaru", "Measures", "VenueKit", "Configuration", "Recordings", "Replay",
                "Node",
                "Console", "Control", "LiveWorld", "SimulatedWorld", "VenueServer", "Backtest", "Portfolio",
                "Watch", "Channels", "Runbooks", "Audit", "Journal", "Reports", "Tape", "Streams",
                arguments,
            ]),
        executable(
            "arbsim",
            [
                "TradingModel", "Recordings", "SimulatedWorld", "VenueServer", "Simulator", "Configuration",
                "Streams", arguments,
            ]),
        executable("arbctl", ["Control", "Streams", arguments]),

        specification("ArchitectureTests", [], optimised),
        .testTarget(
            name: "PortfolioTests", dependencies: ["TradingModel", "Portfolio"], path: "Tests/Portfolio",
            exclude: ["independent.py"], swiftSettings: house),
        specification("AuditTests", ["TradingModel", "Orders", "Journal", "Runbooks", "Audit", "LiveWorld"]),
        .testTarget(
            name: "ReportsTests", dependencies: ["TradingModel", "Risk", "Measures", "Reports"],
            exclude: ["independent.py"], swiftSettings: house),
        specification("MeasuresTests", ["Measures"]),
        specification("StreamsTests", ["Streams"]),
        specification("BooksTests", ["TradingModel", "Books"]),
        specification("RecordingsTests", ["TradingModel", "Recordings"]),
        specification("ReplayTests", ["TradingModel", "Recordings", "Replay"]),
        specification("VenueKitTests", ["TradingModel", "Ports", "VenueKit", "COpenSSL"]),
        .testTarget(
            name: "VenueContractTests",
            dependencies: [
                "TradingModel", "Ports", "Books", "VenueKit", "SimulatedWorld", "Configuration", "COpenSSL",
            ],
            exclude: ["clients"], swiftSettings: house),
        specification("SimulatedWorldTests", ["TradingModel", "SimulatedWorld"]),
        specification("JournalTests", ["Ports", "Journal", "SimulatedWorld"]),
        specification("VenueServerTests", ["TradingModel", "SimulatedWorld", "VenueServer"] + nio),
        specification(
            "LiveWorldTests",
            [
                "TradingModel", "Ports", "Journal", "LiveWorld", "SimulatedWorld", "VenueServer", "CRocksDB",
                "COpenSSL", "CZlib", "Watch", "Recordings",
            ]),
        specification("ExecutorContractTests", ["TradingModel", "Ports", "LiveWorld"]),
        specification(
            "ConfigurationTests",
            [
                "TradingModel", "Ports", "VenueKit", "Risk", "Hedging", "Strategies", "Portfolio", "Engine",
                "Configuration", "SimulatedWorld", "Watch", "Runbooks",
            ]),
        specification(
            "EngineTests",
            [
                "TradingModel", "Books", "Orders", "Risk", "Routing", "Hedging", "Strategies", "Portfolio",
                "Engine",
            ]),
        specification("TapeTests", ["TradingModel", "Hedging", "Orders", "Risk", "Engine", "Tape"]),
        specification(
            "SimulationTests",
            [
                "TradingModel", "Ports", "VenueKit", "Orders", "Risk", "Hedging", "Strategies", "Engine",
                "Node", "Configuration", "SimulatedWorld", "Simulator", "Control", "Console", "Watch",
                "Runbooks", "Tape",
            ]),
        specification("SimulatorTests", ["Simulator"]),
        specification("WatchTests", ["TradingModel", "Watch"]),
        specification("RunbooksTests", ["TradingModel", "Runbooks"]),
        specification(
            "ChannelsTests",
            ["TradingModel", "Ports", "Watch", "Channels", "Streams", "LiveWorld", "VenueServer"] + nio),
        specification(
            "ControlTests",
            [
                "TradingModel", "Ports", "VenueKit", "Engine", "Node", "Configuration", "LiveWorld",
                "Control", "Console", "Watch", "arbctl",
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        specification(
            "NodeCommandTests",
            [
                "TradingModel", "Ports", "VenueKit", "Orders", "Engine", "Node", "Configuration", "LiveWorld",
                "Control", "Console", "Reports", "Audit", "Risk", "Hedging", "Channels", "Tape", "arbnode",
            ]),
        specification(
            "BacktestTests",
            [
                "TradingModel", "Ports", "Engine", "VenueKit", "Node", "Configuration", "SimulatedWorld",
                "Backtest",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
