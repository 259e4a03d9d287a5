import Orders
import Risk
import TradingModel

/// What the engine remembers between looks at the risk index.
struct RiskWatch: Hashable, Sendable {
    var inputs = RiskInputs()
    var nextLook = Moment.distantPast
    /// Every venue has been open for new risk in this run, or has had the time to be.
    var isWarm = false
    /// What the last row said, and whether there is one.
    var written: Int?
    var isWritten: Bool { written != nil }
    /// Who set the target last; `nil`: it is the configuration's.
    var setBy: String?
}

// The appetite for risk: looked at ten times a second, read where sizes, edges and limits are.
extension TradingEngine {
    /// How often health is looked at.
    static let riskInterval = Span.milliseconds(100)
    /// A fall by this much since the last row is written down.
    static let riskRow = 5

    /// After how long without a sign nobody counts as watching; `nil`: nobody is missed.
    public var operatorAbsentAfter: Span? { policy.riskIndex?.absentAfter }
    public func isNight(at now: Moment) -> Bool { policy.riskIndex?.night?.contains(now) ?? false }

    /// What an earlier run's rows left counts as written: it is written again behind this run's checkpoints,
    /// or what people have set would be forgotten with those rows.
    static func riskIndex(_ policy: EnginePolicy, _ recovery: Recovery) -> (RiskIndex?, RiskWatch) {
        let index = policy.riskIndex.map {
            RiskIndex(policy: $0, target: recovery.riskTarget, level: recovery.riskLevel)
        }
        return (index, RiskWatch(written: recovery.riskLevel, setBy: recovery.riskSetBy))
    }

    /// What is demanded beyond each strategy's own edge.
    var riskEdge: Rate { riskIndex?.multipliers.edge ?? .zero }

    /// As of the last tenth of a second, before anything is done at `now`: two runs that were told the same
    /// stand where the other does, whenever their timers beat. A backtest decides what its paper run did.
    mutating func watchRiskIndex(_ now: Moment) {
        let tick = now - Span(nanoseconds: now.nanoseconds % TradingEngine.riskInterval.nanoseconds)
        riskWatch.nextLook = tick + TradingEngine.riskInterval
        guard riskIndex != nil else { return }
        watchWarmth(tick)
        let before = riskIndex?.value ?? 0
        let reading = riskReading(tick)
        riskIndex?.observe(reading, at: tick)
        applyRiskIndex()
        guard let riskIndex else { return }
        let last = riskWatch.written ?? before
        if riskIndex.value <= last - TradingEngine.riskRow {
            writeRiskIndex(from: before, riskIndex.ceilingCause, "node", now)
        } else if riskIndex.value > last {
            // A later fall is measured from here.
            riskWatch.written = riskWatch.written.map { _ in riskIndex.value }
        }
    }

    mutating func applyRiskIndex() {
        governor.exposureShare = riskIndex?.multipliers.exposureShare ?? 100
    }

    mutating func setRiskTarget(_ target: Int, _ reason: String, _ actor: String, _ now: Moment) {
        guard let before = riskIndex?.value else { return }
        let (reading, mode) = (riskReading(now), mode)
        riskIndex?.observe(reading, at: now)
        do throws(RiskIndex.Denial) { try riskIndex?.set(target: target, mode: mode, at: now) } catch {
            return alarm(
                .riskOverrideDenied, .warning, nil,
                "\(actor) would set the risk index to \(target) (\(reason)): \(error.detail)", now)
        }
        applyRiskIndex()
        riskWatch.setBy = actor
        writeRiskIndex(from: before, reason, actor, now)
    }

    /// What keeps this target from being set; `nil` when it may be.
    public func riskDenial(of target: Int, at now: Moment) -> String? {
        guard var index = riskIndex else { return "this node runs without a risk index" }
        index.observe(riskReading(now), at: now)
        do throws(RiskIndex.Denial) {
            try index.set(target: target, mode: mode, at: now)
            return nil
        } catch { return error.detail }
    }

    mutating func writeRiskIndex(from before: Int, _ reason: String, _ actor: String, _ now: Moment) {
        guard let riskIndex else { return }
        riskWatch.written = riskIndex.value
        output.append(
            .journal(
                .riskIndex(
                    RiskIndexRow(
                        target: riskIndex.target, before: before, after: riskIndex.value,
                        marketStability: marketStability(now), reason: reason, actor: actor, at: now))))
    }

    /// A change of what others know of the node's health, with its row.
    mutating func healthTold(_ inputs: RiskInputs, _ now: Moment) {
        guard inputs != riskWatch.inputs else { return }
        riskWatch.inputs = inputs
        output.append(
            .journal(
                .health(
                    HealthRow(
                        heartbeats: inputs.heartbeats, canary: inputs.canary,
                        operatorPresent: inputs.operatorPresent, at: now))))
    }

    /// While venues are still being reconciled, capital lies where nothing may be opened yet: that is no
    /// illness, and an index that fell for it would take minutes to come back.
    static let warmUp = Span.seconds(120)

    private mutating func watchWarmth(_ now: Moment) {
        guard !riskWatch.isWarm else { return }
        riskWatch.isWarm =
            venues.allSatisfy(\.mayOpen) || now - (firstMoment ?? now) >= TradingEngine.warmUp
    }

    /// Health as the engine sees it, with what others told.
    public func riskReading(_ now: Moment) -> RiskReading {
        RiskReading(
            capitalHealth: riskWatch.isWarm ? capitalHealth : nil,
            heartbeats: riskWatch.inputs.heartbeats, canary: riskWatch.inputs.canary,
            operatorPresent: riskWatch.inputs.operatorPresent,
            venueStability: venueStability(now), marketStability: marketStability(now))
    }

    /// Of the second-best venue.
    private func venueStability(_ now: Moment) -> Int {
        let scores = qualities.map { Int($0.score(at: now)) }.sorted(by: >)
        return scores.count > 1 ? scores[1] : scores.first ?? 100
    }

    /// Of the liveliest instrument: what its range leaves of the collar over the window, in percent.
    private func marketStability(_ now: Moment) -> Int? {
        var least: Int?
        for index in policy.instruments.indices where mids[index] > .zero {
            guard let range = priceWindows[index].range(at: now) else { continue }
            let collar = Int128(mids[index].raw) * Int128(policy.limits.windowCollar.raw) / Int128(Rate.one)
            let used = Int128(range.high.raw - range.low.raw) * 100 / max(1, collar)
            least = min(least ?? 100, Int(max(0, 100 - used)))
        }
        return least
    }
}
