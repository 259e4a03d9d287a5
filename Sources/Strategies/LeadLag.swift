import TradingModel

/// Which venue of an instrument moves first, and how soon the others follow, from the live stream of their
/// mid prices.
///
/// A *jump* is a move of a venue's mid price by at least `jump` since its last one. A jump that no other
/// venue's jump in the same direction came shortly before is a *call*; another venue's next jump in that
/// direction within `horizon` is its *answer*. An answer calls nobody: otherwise two venues that move in turn
/// would both seem to lead. Who is answered far more often than the other way round leads. Counts are halved
/// when they are full, so that what was, fades.
public struct LeadLag: Hashable, Sendable {
    /// What is known of one venue leading another.
    public struct Finding: Hashable, Sendable {
        /// Slots of the consolidated book.
        public var leader: Int
        public var follower: Int
        /// From the call to the answer, smoothed.
        public var lag: Span
        /// How far the answers went, smoothed.
        public var response: Rate
        /// Of all calls between the two that were answered, how many the leader made, in percent.
        public var certainty: Int
        public var calls: Int
    }

    private struct Pair: Hashable {
        var answered = 0
        var lag: Int64 = 0
        var response: Int64 = 0
    }

    private struct Venue: Hashable {
        /// The mid price of its last jump.
        var reference: Int64 = 0
        var jumpedAt = Moment.distantPast
        var isUp = false
        /// Its last jump answered nobody.
        var isCall = false
        /// Who has answered it.
        var answeredBy: UInt64 = 0
    }

    /// A smaller move is noise.
    public let jump: Rate
    /// An answer later than this is a move of its own.
    public let horizon: Span
    private var venues: [Venue]
    /// By leader, then follower.
    private var pairs: [Pair]

    /// With fewer answered calls nothing is known.
    public static let fewest = 30
    /// Calls are remembered for about this many answers.
    static let memory = 1_024

    public init(
        venues: Int, jump: Rate = Rate(hundredthsOfBasisPoint: 100), horizon: Span = .milliseconds(500)
    ) {
        self.jump = jump
        self.horizon = horizon
        self.venues = [Venue](repeating: Venue(), count: venues)
        pairs = [Pair](repeating: Pair(), count: venues * venues)
    }

    /// A venue's mid price, whenever its touch changed.
    public mutating func note(_ slot: Int, mid: Price, at now: Moment) {
        let reference = venues[slot].reference
        guard reference > 0 else {
            venues[slot].reference = mid.raw
            return
        }
        let move = mid.raw - reference
        guard Int128(abs(move)) * Int128(Rate.one) >= Int128(reference) * Int128(jump.raw) else { return }
        let size = Int64(clamping: Int128(abs(move)) * Int128(Rate.one) / Int128(reference))
        jumped(slot, isUp: move > 0, size, now)
        venues[slot].reference = mid.raw
    }

    /// The book lost its proof: what follows is no move.
    public mutating func forget(_ slot: Int) {
        venues[slot].reference = 0
        venues[slot].isCall = false
    }

    private mutating func jumped(_ slot: Int, isUp: Bool, _ size: Int64, _ now: Moment) {
        var isAnswer = false
        for caller in venues.indices where caller != slot && isOpen(caller, isUp, now) {
            guard venues[caller].answeredBy >> UInt64(slot) & 1 == 0 else { continue }
            venues[caller].answeredBy |= 1 << UInt64(slot)
            answered(caller, by: slot, after: now - venues[caller].jumpedAt, size)
            isAnswer = true
        }
        venues[slot].jumpedAt = now
        venues[slot].isUp = isUp
        venues[slot].isCall = !isAnswer
        venues[slot].answeredBy = 0
    }

    /// Whether a call in this direction may still be answered.
    private func isOpen(_ slot: Int, _ isUp: Bool, _ now: Moment) -> Bool {
        venues[slot].isCall && venues[slot].isUp == isUp && now - venues[slot].jumpedAt <= horizon
    }

    private mutating func answered(_ caller: Int, by slot: Int, after lag: Span, _ size: Int64) {
        let place = caller * venues.count + slot
        let isFirst = pairs[place].answered == 0
        pairs[place].answered += 1
        pairs[place].lag += isFirst ? lag.nanoseconds : (lag.nanoseconds - pairs[place].lag) / 8
        pairs[place].response += isFirst ? size : (size - pairs[place].response) / 8
        let back = slot * venues.count + caller
        guard pairs[place].answered + pairs[back].answered > LeadLag.memory else { return }
        pairs[place].answered /= 2
        pairs[back].answered /= 2
    }

    /// What is sure of one venue leading another: that a coin would have said so is less likely than one in
    /// seven hundred (three standard deviations); `nil` when it is not.
    public func finding(_ leader: Int, over follower: Int) -> Finding? {
        let pair = pairs[leader * venues.count + follower]
        let calls = pair.answered + pairs[follower * venues.count + leader].answered
        let surplus = 2 * pair.answered - calls
        guard calls >= LeadLag.fewest, surplus > 0, surplus * surplus >= 9 * calls else { return nil }
        return Finding(
            leader: leader, follower: follower, lag: .nanoseconds(pair.lag),
            response: Rate(raw: pair.response), certainty: pair.answered * 100 / calls, calls: calls)
    }

    /// Everything that is sure, the surest first.
    public var findings: [Finding] {
        var all: [Finding] = []
        for leader in venues.indices {
            for follower in venues.indices where follower != leader {
                if let finding = finding(leader, over: follower) { all.append(finding) }
            }
        }
        return all.sorted { ($1.certainty, $0.leader, $0.follower) < ($0.certainty, $1.leader, $1.follower) }
    }

    /// How far a venue's price is about to move to a taker's disadvantage: one who leads it has called in
    /// that direction, it has not answered, and its usual lag is not over. Zero when nobody has.
    ///
    /// - Parameter side: the taker's; a buy suffers from a rise.
    public func pending(_ slot: Int, _ side: Side, at now: Moment) -> Rate {
        var most = Rate.zero
        for caller in venues.indices where caller != slot && isOpen(caller, side == .buy, now) {
            guard venues[caller].answeredBy >> UInt64(slot) & 1 == 0,
                let finding = finding(caller, over: slot),
                now - venues[caller].jumpedAt <= finding.lag * 2
            else { continue }
            most = max(most, finding.response)
        }
        return most
    }
}
