import Testing

/// The rooms and their arrows (ARCHITECTURE.md), read off the sources.
@Suite struct ArchitectureTests {
    /// A room may depend on rooms of a smaller rank only. A new room gets its place here.
    static let ranks = [
        "TradingModel": 0,
        "Books": 10, "Risk": 10, "Portfolio": 10, "Orders": 10, "Operations": 10, "Ports": 10, "Journal": 10,
        "Control": 10, "Streams": 10, "Watch": 10, "Runbooks": 10, "Measures": 10,
        "CCurl": 10, "CWebSockets": 10, "COpenSSL": 10, "CRocksDB": 10, "CZlib": 10, "CAllocations": 10,
        "CThreads": 10, "CClock": 10,
        "Audit": 20, "Reports": 20,
        "Routing": 20, "Hedging": 21, "VenueKit": 20, "Recordings": 20, "SimulatedWorld": 22,
        "LiveWorld": 22,
        "VenueServer": 23, "Channels": 22,
        "Strategies": 30, "Engine": 31, "Tape": 32,
        "Configuration": 40, "Node": 40, "Replay": 40, "Console": 41,
        "Simulator": 45, "Backtest": 45,
        "arbnode": 50, "arbsim": 50, "arbctl": 50,
    ]

    /// Pairs whose rank would allow what the design does not: an opponent shares no code with what it judges,
    /// and the node does not know in which world it lives.
    static let forbidden = [
        ("SimulatedWorld", "Books"), ("SimulatedWorld", "VenueKit"), ("VenueServer", "VenueKit"),
        ("VenueServer", "Books"), ("LiveWorld", "VenueKit"), ("LiveWorld", "Books"), ("Node", "LiveWorld"),
        ("Node", "SimulatedWorld"), ("Node", "Configuration"), ("Node", "COpenSSL"), ("Node", "CWebSockets"),
        ("Node", "CRocksDB"), ("Node", "Channels"), ("Node", "CCurl"),
    ]

    static let pureRooms = [
        "TradingModel", "Books", "Risk", "Portfolio", "Orders", "Operations", "Journal", "Measures",
        "Routing", "Hedging", "Strategies", "Engine", "Tape", "Watch", "Runbooks", "Audit",
        "Reports",
    ]

    /// Folders outside the pure rooms that are pure all the same.
    static let pureFolders = ["Sources/VenueKit/Dialects/", "Sources/VenueKit/Wire/"]

    /// Modules of the toolchain each room may use; a room that is not listed uses none.
    static let systemModules: [String: Set<String>] = [
        "LiveWorld": ["Glibc", "Synchronization"],
        "Streams": ["Glibc"],
        "Channels": ["Glibc", "Synchronization"],
        "SimulatedWorld": ["Glibc", "Synchronization"],
        "VenueServer": ["Glibc", "Synchronization"],
        "VenueKit": ["Synchronization"],
        "Recordings": ["Glibc", "FoundationEssentials"],
        "Node": ["Synchronization"],
        "Configuration": ["Foundation", "FoundationEssentials", "Synchronization"],
        "Console": ["Foundation", "FoundationEssentials", "Glibc", "Synchronization"],
        "Simulator": ["Foundation", "Glibc", "Synchronization"],
        "arbnode": ["Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Synchronization"],
        "arbsim": ["Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Synchronization"],
        "Control": ["FoundationEssentials", "Glibc"],
        "arbctl": ["Foundation", "FoundationEssentials", "Glibc"],
    ]

    /// Where the outside world is adapted: clocks, threads and randomness come from here.
    static let adapters: Set<String> = ["LiveWorld"]

    /// Read and scanned once for all tests.
    private static let house = Result { (try House.sources(in: "Sources"), try House.manifest()) }

    private let sources: [ScannedSource]
    private let manifest: Manifest

    init() throws { (sources, manifest) = try ArchitectureTests.house.get() }

    private func isPure(_ source: ScannedSource) -> Bool {
        ArchitectureTests.pureRooms.contains(House.room(of: source))
            || ArchitectureTests.pureFolders.contains { source.path.hasPrefix($0) }
    }

    @Test func `the sources and the manifest are found`() {
        #expect(sources.count > 50)
        #expect(manifest.dependencies["Books"] == ["TradingModel"])
        #expect(manifest.dependencies["arbnode"]?.contains("ArgumentParser") == true)
    }

    @Test func `every room has a place and its arrows point up`() {
        for (room, dependencies) in manifest.dependencies {
            guard let rank = ArchitectureTests.ranks[room] else {
                Issue.record("\(room) has no rank")
                continue
            }
            for dependency in dependencies {
                // What has no rank is a product of another package.
                guard let above = ArchitectureTests.ranks[dependency] else { continue }
                #expect(above < rank, "\(room) may not depend on \(dependency)")
            }
        }
        for (room, dependency) in ArchitectureTests.forbidden {
            #expect(manifest.dependencies[room]?.contains(dependency) != true, "\(room) → \(dependency)")
        }
    }

    /// SwiftPM builds anew only who names a room whose layout changed.
    @Test func `who holds an engine names what it is made of`() {
        let parts = manifest.dependencies["Engine"] ?? []
        #expect(parts.contains("Strategies"))
        for (room, dependencies) in manifest.dependencies where dependencies.contains("Engine") {
            #expect(parts.subtracting(dependencies).isEmpty, "\(room) may go on with an old layout")
        }
    }

    @Test func `every file imports only what its room's list and table allow`() {
        var breaches: [Breach] = []
        for source in sources {
            let room = House.room(of: source)
            let allowed = (manifest.dependencies[room] ?? []).union(
                ArchitectureTests.systemModules[room] ?? [])
            for (line, module) in Rules.imports(source) where !allowed.contains(module) {
                breaches.append(Breach(path: source.path, line: line, what: "import \(module)"))
            }
        }
        expectNone(breaches)
    }

    @Test func `pure rooms and dialects import no system module, do not wait and do not print`() {
        var breaches: [Breach] = []
        let rooms = Set(ArchitectureTests.ranks.keys)
        for source in sources where isPure(source) {
            for (line, module) in Rules.imports(source) where !rooms.contains(module) {
                breaches.append(Breach(path: source.path, line: line, what: "import \(module)"))
            }
            breaches += Rules.calls(source, banned: Rules.impurities)
        }
        expectNone(breaches)
    }

    @Test func `nothing outside the live adapters reaches for threads, clocks or randomness`() {
        let inside = sources.filter { !ArchitectureTests.adapters.contains(House.room(of: $0)) }
        expectNone(inside.flatMap { Rules.calls($0, banned: Rules.escapes) })
    }

    @Test func `errors are neither trapped nor swallowed`() {
        expectNone(sources.flatMap(Rules.errorHandling))
    }

    @Test func `names say what things are`() {
        expectNone(sources.flatMap(Rules.names))
    }

    @Test func `files, functions and lines stay small`() throws {
        expectNone(try (sources + House.sources(in: "Tests")).flatMap(Rules.size))
    }

    private func expectNone(_ breaches: [Breach]) {
        let list = breaches.map { "\n\($0)" }.joined()
        #expect(breaches.isEmpty, "\(breaches.count) breaches:\(list)")
    }
}
