import Risk
import Testing
import TradingModel

@Suite struct `What violations lead to` {
    private let start = Moment(nanoseconds: 1_000_000_000)
    private func cause(_ code: Denial, _ place: Int = 0) -> Violation { Violation(code: code, place: place) }

    /// Everything that waits, in turn; each succeeds.
    private func work(_ enforcement: inout Enforcement, at now: Moment) -> [RuleReaction] {
        var done: [RuleReaction] = []
        while let action = enforcement.next(at: now) {
            done.append(action.reaction)
            enforcement.finished(action.cause)
        }
        return done
    }

    @Test func `the strongest action comes first`() {
        var enforcement = Enforcement()
        enforcement.violated(cause(.hedgeGrace), .cancel)
        enforcement.violated(cause(.rejectStorm), .lockout)
        enforcement.violated(cause(.dailyLoss), .mode(.hold))
        enforcement.violated(cause(.strategyLoss), .disableStrategy)
        enforcement.violated(cause(.tradeManagement), .close)
        enforcement.violated(cause(.marketChaos), .reduce)
        #expect(
            work(&enforcement, at: start)
                == [.mode(.hold), .disableStrategy, .lockout, .close, .cancel, .reduce])
    }

    @Test func `one cause acts once, however often it is found, and again after it was over`() {
        var enforcement = Enforcement()
        for _ in 0..<5 {
            enforcement.violated(cause(.rejectStorm), .lockout)
            _ = work(&enforcement, at: start)
        }
        enforcement.violated(cause(.rejectStorm), .lockout)
        #expect(work(&enforcement, at: start) == [])
        enforcement.violated(cause(.rejectStorm, 1), .lockout)
        #expect(work(&enforcement, at: start) == [.lockout], "another place is another cause")
        enforcement.healed(cause(.rejectStorm))
        enforcement.violated(cause(.rejectStorm), .lockout)
        #expect(work(&enforcement, at: start) == [.lockout])
    }

    @Test func `what fails is replaced by something stronger, and keeps no other from its turn`() {
        var enforcement = Enforcement()
        enforcement.violated(cause(.tradeManagement), .close)
        enforcement.violated(cause(.hedgeGrace), .cancel)
        guard let close = enforcement.next(at: start) else {
            Issue.record("nothing to do")
            return
        }
        enforcement.failed(close.cause)
        #expect(enforcement.escalations == 1)
        let next = enforcement.next(at: start)
        #expect(next?.cause == cause(.tradeManagement))
        #expect(next?.reaction == .mode(.hold))
        #expect(next?.isEscalation == true)
        enforcement.finished(cause(.tradeManagement))
        #expect(work(&enforcement, at: start) == [.cancel])
    }

    @Test func `what does not finish in time has failed, until nothing is stronger`() {
        var enforcement = Enforcement()
        enforcement.violated(cause(.hedgeGrace), .cancel)
        var now = start
        var seen: [RuleReaction] = []
        for _ in 0..<4 {
            while let action = enforcement.next(at: now) { seen.append(action.reaction) }
            #expect(enforcement.open.count == 1)
            now = now + Enforcement.patience + .nanoseconds(1)
        }
        #expect(seen == [.cancel, .mode(.hold), .mode(.safe), .mode(.safe)])
    }

    @Test func `nothing is escalated on the last nanosecond of its time`() {
        var enforcement = Enforcement()
        enforcement.violated(cause(.hedgeGrace), .cancel)
        _ = enforcement.next(at: start)
        let inTime = enforcement.next(at: start + Enforcement.patience)
        let late = enforcement.next(at: start + Enforcement.patience + .nanoseconds(1))
        #expect(inTime == nil)
        #expect(late != nil)
    }

    @Test func `a cause that heals under way is finished first`() {
        var enforcement = Enforcement()
        enforcement.violated(cause(.hedgeGrace), .cancel)
        _ = enforcement.next(at: start)
        enforcement.healed(cause(.hedgeGrace))
        #expect(enforcement.open.count == 1)
        enforcement.finished(cause(.hedgeGrace))
        enforcement.healed(cause(.hedgeGrace))
        enforcement.violated(cause(.hedgeGrace), .cancel)
        #expect(work(&enforcement, at: start) == [.cancel])
    }

    @Test func `a refusal alone needs no action`() {
        var enforcement = Enforcement()
        enforcement.violated(cause(.spread), .deny)
        #expect(work(&enforcement, at: start) == [])
    }
}
