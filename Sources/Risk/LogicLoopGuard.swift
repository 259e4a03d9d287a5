import TradingModel

/// Watches one strategy for repeated automated execution: completed cycles in a minute and fees in an hour.
/// Beyond a limit something is wrong with its logic or its market (`POSSIBLE_LOGIC_LOOP`), and it stays
/// disabled until two people have looked.
public struct LogicLoopGuard: Hashable, Sendable {
    /// Completed cycles in any sixty seconds.
    public private(set) var cyclesPerMinute: Int
    /// Fees in any sixty minutes, in the quote asset; `nil` for no limit.
    public private(set) var feesPerHour: Amount?

    /// The last cycles, oldest first, at most one more than the limit.
    private var cycles: [Moment] = []
    private var fees: [Paid] = []
    /// Why the strategy is disabled; `nil` while it may trade.
    public private(set) var reason: String?
    /// Who has agreed to enable it again so far.
    public private(set) var approvals: [String] = []

    private struct Paid: Hashable {
        var minute: Int64
        var amount: Amount
    }

    /// So many people enable a strategy again.
    public static let people = 2

    public init(cyclesPerMinute: Int, feesPerHour: Amount?) {
        precondition(cyclesPerMinute > 0)
        self.cyclesPerMinute = cyclesPerMinute
        self.feesPerHour = feesPerHour
    }

    /// Other limits; what was counted goes on counting, and a strategy that is disabled stays it.
    public mutating func adopt(cyclesPerMinute: Int, feesPerHour: Amount?) {
        precondition(cyclesPerMinute > 0)
        self.cyclesPerMinute = cyclesPerMinute
        self.feesPerHour = feesPerHour
    }

    /// A cycle was completed; answers why that is one too many, once.
    public mutating func completed(at now: Moment) -> String? {
        cycles.append(now)
        cycles.removeAll { now - $0 >= .seconds(60) }
        guard cycles.count > cyclesPerMinute, !planted(.ignoreLogicLoop) else { return nil }
        return trip("\(cycles.count) cycles within a minute, limit \(cyclesPerMinute)")
    }

    /// Cycles completed within the last sixty seconds.
    public func recent(at now: Moment) -> Int {
        // They stand in order: halves tell where the last minute begins.
        var (low, high) = (0, cycles.count)
        while low < high {
            let middle = (low + high) / 2
            if now - cycles[middle] < .seconds(60) { high = middle } else { low = middle + 1 }
        }
        return cycles.count - low
    }

    /// Another rule disables the strategy; answers whether it was enabled.
    public mutating func stop(_ why: String) -> Bool { trip(why) != nil }

    /// A fee was paid; answers why that is too much, once.
    public mutating func paid(_ fee: Amount, at now: Moment) -> String? {
        guard let limit = feesPerHour else { return nil }
        let minute = now.nanoseconds / 60_000_000_000
        if fees.last?.minute == minute {
            fees[fees.count - 1].amount += fee
        } else {
            fees.append(Paid(minute: minute, amount: fee))
        }
        fees.removeAll { minute - $0.minute >= 60 }
        let sum = fees.reduce(Amount.zero) { $0 + $1.amount }
        guard sum > limit else { return nil }
        return trip("\(sum) of fees within an hour, limit \(limit)")
    }

    private mutating func trip(_ why: String) -> String? {
        guard reason == nil else { return nil }
        reason = why
        return why
    }

    /// As the outbox remembers it.
    public mutating func restore(disabledBy reason: String?) {
        self.reason = reason
        approvals = []
    }

    /// One person agrees; answers whether that enables the strategy. The same name counts once.
    public mutating func approve(by person: String) -> Bool {
        guard reason != nil else { return false }
        if !approvals.contains(person) { approvals.append(person) }
        guard approvals.count >= LogicLoopGuard.people else { return false }
        reason = nil
        approvals = []
        cycles = []
        fees = []
        return true
    }
}
