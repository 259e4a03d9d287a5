import Ports
import TradingModel

/// The venue's dead-man switch, kept armed while the node lives.
extension VenueConnector {
    /// Whether the venue would cancel what rests there if this node died now. `false` where there is none.
    public var isDeadManArmed: Bool { deadMan?.isArmed(at: world.time.now) ?? false }

    /// Switches it off, for an orderly shutdown or before scheduled maintenance (Kraken cancels everything
    /// when its engine comes back). Waits for the answer of a request under way; tries twice.
    public func disarmDeadMan() async {
        guard let access, deadMan != nil else { return }
        deadMan?.disarmRequested()
        tellDeadMan(at: world.time.now)
        guard dialect.deadMan(.zero, stamp(), access) != nil else { return }
        for _ in 0..<2 {
            while deadMan?.isAsking == true {
                guard await pause(.milliseconds(20)) else { return }
            }
            guard deadMan?.state == .disarming else { return }
            await withCheckedContinuation { continuation in
                askDeadMan(.zero, access) { continuation.resume() }
            }
        }
        if deadMan?.state == .disarming {
            report(.deadManLost, .warning, "not switched off: the venue will cancel what rests there")
        }
    }

    /// Arms it again after `disarmDeadMan`.
    public func armDeadMan() { deadMan?.armRequested() }

    /// Called with every round of care. The first request waits for the venue's clock, which its signature
    /// needs.
    func keepDeadMan(at now: Moment) {
        guard let access, let rule = profile.deadMan, clock.isKnown, let duty = deadMan?.duty(at: now) else {
            return
        }
        switch duty {
        case .nothing, .disarm: break
        case .arm, .refresh:
            // Where the venue watches the private stream, a request confirms nothing while that is down.
            if rule.trigger == .timer || isAccountReady { askDeadMan(rule.window, access) {} }
        }
        tellDeadMan(at: now)
    }

    private func askDeadMan(
        _ window: Span, _ access: VenueAccess, then done: @escaping @Sendable () -> Void
    ) {
        let dialect = dialect
        guard let planned = dialect.deadMan(window, stamp(), access) else { return done() }
        deadMan?.asked(disarms: window == .zero, at: world.time.now)
        send(
            .cancel, { stamp in dialect.deadMan(window, stamp, access) ?? planned },
            completion: { outcome, at in
                self.assumeIsolated { $0.deadManAnswered(outcome, at) }
                done()
            })
    }

    private func deadManAnswered(_ outcome: RequestOutcome, _ at: Moment) {
        switch outcome {
        case .fault(let fault): deadManFailed("\(fault)", at)
        case .response(let response):
            do throws(VenueFault) {
                try dialect.decodeDeadMan(response)
                deadMan?.answered(sent: response.sentAt)
            } catch { deadManFailed("\(error)", at) }
        }
        tellDeadMan(at: world.time.now)
    }

    private func deadManFailed(_ why: String, _ at: Moment) {
        deadManFault = why
        deadMan?.failed(at: at)
    }

    /// Tells the observer when the answer to "is it armed" changed, and people once per loss.
    private func tellDeadMan(at now: Moment) {
        guard let state = deadMan else { return }
        let isArmed = state.isArmed(at: now)
        if isArmed != wasDeadManArmed {
            wasDeadManArmed = isArmed
            observer?.deadMan(venue, isArmed: isArmed, at: now)
        }
        if state.state == .armed { (isDeadManLost, isDeadManFired) = (false, false) }
        if state.isLost(at: now), !isDeadManLost {
            isDeadManLost = true
            report(.deadManLost, .critical, "not confirmed for more than half its window: \(deadManFault)")
        }
        if state.state == .fired, !isDeadManFired {
            isDeadManFired = true
            report(.deadManLost, .critical, "may have fired: resting orders are taken for canceled")
        }
    }
}
