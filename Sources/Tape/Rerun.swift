import Engine
import Orders
import TradingModel

/// An engine that is told what another one was told, and held to answer what that one answered. With its
/// first other answer it is another engine, and is told nothing more.
public struct Rerun {
    /// An answer that was not given again.
    public struct Difference: Hashable, Sendable {
        /// From 1, over the whole tape.
        public var entry: Int
        public var at: Moment
        /// What is answered now.
        public var directives: [String]
    }

    /// `nil` until the run's first event.
    public private(set) var engine: TradingEngine?
    public private(set) var header: TapeHeader?
    /// What was taken last.
    public private(set) var directives: [Directive] = []
    public private(set) var entries = 0
    public private(set) var books = 0
    public private(set) var events = 0
    /// Lists of directives that were given again, byte for byte.
    public private(set) var agreed = 0
    public private(set) var difference: Difference?
    public private(set) var now = Moment.distantPast
    /// The run ended in order, and all of it is here.
    public private(set) var isWhole = false
    private var recovery: Recovery
    private let policy: EnginePolicy
    private var scratch = TapeWriter()

    /// - Parameter policy: that of the configuration the run began with.
    public init(policy: EnginePolicy) {
        self.policy = policy
        recovery = Recovery(policy: policy)
    }

    /// Throws `OutboxRecord.Fault` where a row of the beginning is damaged, and `TapeFault` where the tape
    /// does not begin at a run's beginning.
    public mutating func play(_ entry: TapeEntry) throws {
        guard difference == nil else { return }
        entries += 1
        switch entry {
        case .began(let header):
            self.header = header
            now = header.at
        case .row(let sequence, let bytes): try recovery.replay(bytes, sequence: sequence)
        case .book(let venue, let update, let at):
            books += 1
            now = at
            try begin()
            engine?.apply(book: update, of: venue, at: at)
        case .event(let event, let at):
            events += 1
            now = at
            try begin()
            engine?.process(event, at: at)
        case .taken:
            try begin()
            engine?.takeDirectives(into: &directives)
            // What was carried out then may have caused what comes next.
            if directives.isEmpty { differs() }
        case .decided(let print): compare(print)
        case .ended: isWhole = true
        }
    }

    private mutating func begin() throws(TapeFault) {
        guard engine == nil else { return }
        guard let header else { throw .malformed("it does not begin where a run began") }
        var policy = policy
        policy.ownOrdersShow = !header.isDryRun
        engine = TradingEngine(policy: policy, recovery: recovery, openings: header.openings)
    }

    private mutating func compare(_ print: UInt64) {
        if DirectiveDigest.of(directives, &scratch) == print { agreed += 1 } else { differs() }
    }

    private mutating func differs() {
        difference = Difference(entry: entries, at: now, directives: directives.map { "\($0)" })
    }
}
