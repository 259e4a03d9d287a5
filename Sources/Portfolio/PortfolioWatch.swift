import TradingModel

/// Keeps the history, looks every second, and says what is broken. Synchronous and bounded: a look costs as
/// much as window × assets additions and one sort of the window.
public struct PortfolioWatch: Sendable {
    public private(set) var policy: PortfolioPolicy
    public private(set) var history: PriceHistory
    public private(set) var report: PortfolioReport?
    /// What the last look found.
    public private(set) var breaches: [PortfolioBreach] = []
    /// The highest profit of this run.
    public private(set) var peak: Double?
    private var startedAt: Moment?
    private var nextLook = Moment.distantPast
    private var hasToldOfData = false

    /// A look this often.
    public static let look = Span.seconds(1)

    public init(policy: PortfolioPolicy, assets: Int) {
        self.policy = policy
        history = PriceHistory(assets: assets, step: policy.step, capacity: policy.window)
    }

    /// Other limits, looked at at once. Returns of another step, or over another window, say nothing about
    /// these: prices are then sampled anew, and the warm-up begins again.
    public mutating func adopt(_ policy: PortfolioPolicy, assets: Int) {
        if (policy.step, policy.window) != (self.policy.step, self.policy.window) {
            history = PriceHistory(assets: assets, step: policy.step, capacity: policy.window)
            startedAt = nil
            hasToldOfData = false
        }
        self.policy = policy
        nextLook = .distantPast
    }

    public func isDue(at now: Moment) -> Bool { now >= nextLook }

    public func isWarm(at now: Moment) -> Bool { startedAt.map { now - $0 >= policy.warmUp } ?? false }

    /// - Parameter row: proven mid prices now, by asset; 0 where there is none.
    public mutating func sample(_ row: [Double], at now: Moment) { history.note(row, at: now) }

    /// What people are told anew: breaches that were not there at the last look, and, once, that returns are
    /// too few though the warm-up is over.
    ///
    /// - Parameter holdings: their `peak` is not read but kept here.
    public mutating func look(_ holdings: Holdings, at now: Moment) -> (
        new: [PortfolioBreach], lacks: String?
    ) {
        if startedAt == nil { startedAt = now }
        nextLook = now + PortfolioWatch.look
        let report = policy.report(self.holdings(holdings), history, at: now)
        peak = max(peak ?? holdings.profit, holdings.profit)
        self.report = report
        let before = breaches.map(\.kind)
        breaches = policy.breaches(report, isWarm: isWarm(at: now))
        return (breaches.filter { !before.contains($0.kind) }, lack(report, now))
    }

    /// The same with the peak of this run.
    public func holdings(_ holdings: Holdings) -> Holdings {
        var holdings = holdings
        holdings.peak = max(peak ?? holdings.profit, holdings.profit)
        return holdings
    }

    private mutating func lack(_ report: PortfolioReport, _ now: Moment) -> String? {
        guard case .insufficient(let have, let needed) = report.net else {
            if report.net.value != nil { hasToldOfData = false }
            return nil
        }
        guard isWarm(at: now), !hasToldOfData else { return nil }
        hasToldOfData = true
        return
            "insufficient_data: \(have) of \(needed) returns after \(policy.warmUp.milliseconds / 1_000) s; "
            + "an assumed move of \(policy.assumedMove.basisPoints) bps stands in"
    }
}
