import Configuration
import Engine
import Node
import SimulatedWorld
import TradingModel

/// Recordings through the whole node in virtual time, one stretch of recorded time after another.
public struct Backtest {
    /// Recordings that lie further apart than this are of different sessions: each begins with a new node.
    static let gap = Span.seconds(300)

    /// By session, in the order of time.
    public let sessions: [RecordedMarket]
    /// For people: what is in no session.
    public private(set) var leftOut: [String] = []
    private let seed: UInt64

    /// - Parameters:
    ///   - configuration: `nil` for the rules of a demonstration, on every symbol that was recorded.
    ///   - takerFee: instead of every venue's own.
    public init(
        _ sources: [RecordedSource], in configuration: NodeConfiguration?, takerFee: Rate?, seed: UInt64
    ) throws(RecordedMarketFault) {
        self.seed = seed
        var markets: [RecordedMarket] = []
        for group in try Backtest.grouped(sources) {
            do throws(RecordedMarketFault) {
                var market =
                    if let configuration { try RecordedMarket(group, in: configuration) } else {
                        try RecordedMarket(group)
                    }
                if let takerFee { market.override(takerFee: takerFee) }
                markets.append(market)
            } catch .nothingToTrade {
                leftOut += group.map { "\($0.path) has none of the configuration's instruments" }
            }
        }
        guard !markets.isEmpty else { throw .nothingToTrade }
        sessions = markets
        // What one session lacks another one may have.
        let lacking = markets.dropFirst().reduce(Set(markets[0].leftOut)) { $0.intersection($1.leftOut) }
        leftOut += lacking.sorted()
    }

    public var virtualTime: Span { sessions.reduce(.zero) { $0 + $1.length } }

    /// - Parameter progress: told now and then how much of the recorded time has passed.
    public func run(_ progress: (_ passed: Span, _ of: Span) -> Void) throws -> [BacktestResult] {
        var results: [BacktestResult] = []
        var before = Span.zero
        let all = virtualTime
        for market in sessions {
            let session = BacktestSession(market, seed: seed)
            results.append(try session.run { progress(before + ($0 - market.times.lowerBound), all) })
            before = before + market.length
        }
        return results
    }

    /// By time; those that overlap or follow closely stand together.
    private static func grouped(_ sources: [RecordedSource]) throws(RecordedMarketFault) -> [[RecordedSource]]
    {
        var groups: [[RecordedSource]] = []
        var end = Moment.distantPast
        for source in sources.filter({ $0.recording.frameCount > 0 }).sorted(by: {
            $0.recording.times.lowerBound < $1.recording.times.lowerBound
        }) {
            let times = source.recording.times
            if groups.isEmpty || times.lowerBound > end + Backtest.gap { groups.append([]) }
            let last = groups.count - 1
            if let same = groups[last].first(where: { $0.recording.venue == source.recording.venue }) {
                throw .sameTime(same.path, source.path, venue: source.recording.venue)
            }
            groups[last].append(source)
            end = max(end, times.upperBound)
        }
        return groups
    }
}

extension RecordedMarket {
    /// From the first recorded frame to the last; a market has at least one recording.
    var times: ClosedRange<Moment> {
        let times = sources.map(\.recording.times)
        guard let first = times.map(\.lowerBound).min(), let last = times.map(\.upperBound).max() else {
            preconditionFailure("a market of no recording")
        }
        return first...last
    }
    var length: Span { times.upperBound - times.lowerBound }
}
