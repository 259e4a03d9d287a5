import TradingModel

/// A node's figures at one moment. Counters and sums grow from zero within a run, gauges are what they are.
public struct FigureSample: Hashable, Sendable {
    public var at: Moment
    /// The run's epoch.
    public var run: UInt16
    /// `orders.sent`, `incident.DISK_LOW`, `venue.okx.fills`.
    public var counters: [String: Int64]
    /// In the quote asset: `fees`, `venue.okx.taker`.
    public var sums: [String: Amount]
    /// In the quote asset: `profit`, `capital`.
    public var gauges: [String: Amount]
    /// In microseconds, since the run's start: `hedge.p99`.
    public var latencies: [String: Double]
    /// What goes up and down: `quality.okx`.
    public var levels: [String: Int64]
    public var mode: String

    public init(
        at: Moment, run: UInt16, counters: [String: Int64] = [:], sums: [String: Amount] = [:],
        gauges: [String: Amount] = [:], latencies: [String: Double] = [:],
        levels: [String: Int64] = [:], mode: String = "NORMAL"
    ) {
        self.at = at
        self.run = run
        self.counters = counters
        self.sums = sums
        self.gauges = gauges
        self.latencies = latencies
        self.levels = levels
        self.mode = mode
    }
}
