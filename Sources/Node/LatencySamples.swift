import TradingModel

/// Single moments besides the histograms, so that a benchmark can hold them against what the venues noted.
/// Nothing is kept unless somebody asks for it, and no more than there is room for.
public struct LatencySamples: Sendable {
    public struct Hedge: Hashable, Sendable {
        /// When the news came that called for it.
        public var owedSince: Moment
        /// Its last byte was handed to TLS.
        public var sentAt: Moment
    }

    public struct Fill: Hashable, Sendable {
        public var order: ClientOrderID
        public var arrivedAt: Moment
    }

    public private(set) var hedges: [Hedge] = []
    public private(set) var fills: [Fill] = []
    public static let capacity = 65_536

    public init() {}

    mutating func hedged(owedSince: Moment, at now: Moment) {
        guard hedges.count < LatencySamples.capacity else { return }
        hedges.append(Hedge(owedSince: owedSince, sentAt: now))
    }

    mutating func filled(_ order: ClientOrderID, at now: Moment) {
        guard fills.count < LatencySamples.capacity else { return }
        fills.append(Fill(order: order, arrivedAt: now))
    }
}

extension TradingDesk {
    /// Fills and hedges from now on are kept one by one, in `latency.samples`.
    public func beginSampling() { latency.samples = LatencySamples() }
}
