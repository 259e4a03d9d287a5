import Engine
import Ports
import Reports
import Runbooks
import TradingModel
import VenueKit
import Watch

/// A node's whole configuration, checked: what `config/<name>.yaml` with its includes and venue files says.
public struct NodeConfiguration: Sendable {
    /// What may reach a venue's order endpoints.
    public enum Mode: String, Sendable, CaseIterable {
        /// Live books, orders to the paper exchange, no byte to any order endpoint.
        case dryRun = "dry-run"
        /// Real orders, if `--live` is given and preflight passes as well.
        case live
    }

    /// The mode that a start is at least in (`start_in`).
    public enum Start: String, Sendable, CaseIterable {
        case normal, reduced, hold
        case safe = "safe-mode"

        public var mode: OperatingMode {
            switch self {
            case .normal: .normal
            case .reduced: .reduced
            case .hold: .hold
            case .safe: .safe
            }
        }
    }

    /// How much free disk the durable store insists on, in bytes.
    public struct Store: Hashable, Sendable {
        /// Below this nothing is appended any more.
        public var lowWater: Int
        /// Room held back, so that the store can be opened on a disk that others have filled.
        public var ballast: Int
        /// What the tapes of all runs may take; 0: runs are not written down.
        public var tape: Int

        public init(lowWater: Int, ballast: Int, tape: Int) {
            self.tape = tape
            self.lowWater = lowWater
            self.ballast = ballast
        }
    }

    /// One configured venue, by `VenueID.index`.
    public struct Venue: Sendable {
        public var profile: VenueProfile
        /// The node's instruments that this venue lists.
        public var listings: [Listing]
        /// A CA file to trust besides the system's, for venues with their own (test venues, doubles).
        public var caFile: String?
        public var credentials: CredentialNames

        public init(profile: VenueProfile, listings: [Listing], caFile: String?, credentials: CredentialNames)
        {
            self.profile = profile
            self.listings = listings
            self.caFile = caFile
            self.credentials = credentials
        }
    }

    /// The file that was loaded.
    public var file: String
    public var mode: Mode
    public var dataDirectory: String
    public var store: Store
    /// `nil`: the node serves no HTTP.
    public var http: HTTPAddress?
    /// A file readable by its owner only, with lines `venue.field = value`. `nil`: the environment alone.
    public var credentialsFile: String?
    public var venues: [Venue]
    public var policy: EnginePolicy
    /// How long an order of a dry run is on its way to the paper exchange.
    public var paperLatency: Span
    /// At least as strict a start.
    public var startMode = OperatingMode.normal
    /// Where incidents are told.
    public var alerts: AlertPolicy
    /// What is done when a trading day is over.
    public var dayEnd: DayEndPolicy
    /// What incidents start by themselves.
    public var runbooks = RunbookPolicy()
    /// How the lanes of a live node share the machine.
    public var threads: ThreadPlan
    /// From where on the machine is strained.
    public var host: HostPolicy
    /// How often the node checks itself.
    public var selfCheck: SelfCheckPolicy
    /// Each effective value with its origin.
    public var document: ConfigurationDocument

    /// Where the configuration says nothing: about what a request takes to a venue on the same continent.
    public static let paperLatency = Span.milliseconds(5)

    /// Reads a configuration with its includes and venue files. Paths in a file are relative to that file.
    /// On failure, every problem of every file at once.
    public static func load(
        path: String, source: some ConfigurationSource = DiskSource()
    ) -> Result<NodeConfiguration, ConfigurationProblems> {
        let file = ConfigurationPath.normalized(path)
        let ledger = SettingLedger()
        var reading = NodeReading(file: file, source: source, ledger: ledger)
        let configuration = reading.configuration()
        let problems = reading.fileProblems + ledger.problems
        guard problems.isEmpty, let configuration else { return .failure(ConfigurationProblems(problems)) }
        return .success(configuration)
    }

    /// In one line, for people: mode, venues and instruments.
    public var summary: String {
        let venueNames = venues.map(\.profile.name).joined(separator: ", ")
        let symbols = policy.instruments.map(\.symbol).joined(separator: ", ")
        return "\(mode.rawValue), venues \(venueNames), instruments \(symbols)"
    }

    /// The JSON counterpart of `ConfigurationProblems.json` when there are none.
    public func validity() -> String { ProblemReport(file: file, valid: true, problems: []).json }
}
