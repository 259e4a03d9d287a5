import TradingModel

/// How many of something there were in the last second, minute, hour and day, at any moment: there is no
/// turn of a window at which twice as many could pass. Each is counted for its whole window and at most a
/// fifteenth longer, in sixteen sums that take each other's place, however many events.
public struct FlowMeter: Hashable, Sendable {
    public enum Window: Int, Sendable, CaseIterable {
        case second, minute, hour, day
        public var length: Span {
            switch self {
            case .second: .seconds(1)
            case .minute: .seconds(60)
            case .hour: .seconds(3_600)
            case .day: .seconds(86_400)
            }
        }
    }

    private var sums = (RollingSum(.second), RollingSum(.minute), RollingSum(.hour), RollingSum(.day))

    public init() {}

    public mutating func note(_ amount: Int128 = 1, at now: Moment) {
        sums.0.add(amount, at: now)
        sums.1.add(amount, at: now)
        sums.2.add(amount, at: now)
        sums.3.add(amount, at: now)
    }

    public func sum(_ window: Window, at now: Moment) -> Int128 {
        switch window {
        case .second: sums.0.sum(at: now)
        case .minute: sums.1.sum(at: now)
        case .hour: sums.2.sum(at: now)
        case .day: sums.3.sum(at: now)
        }
    }

    public static func == (a: FlowMeter, b: FlowMeter) -> Bool { a.sums == b.sums }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(sums.0)
        hasher.combine(sums.1)
        hasher.combine(sums.2)
        hasher.combine(sums.3)
    }
}

/// The sum over one window: of the part that is running and of the fifteen before it, which cover the window
/// whole.
private struct RollingSum: Hashable {
    private static let parts = 16
    /// Of one part, in nanoseconds.
    private let length: Int64
    /// The newest part's number, on the clock.
    private var newest = Int64.min
    private var total: Int128 = 0
    /// By a part's number, in turn.
    private var amounts = InlineArray<16, Int128>(repeating: 0)

    init(_ window: FlowMeter.Window) {
        let covered = Int64(RollingSum.parts - 1)
        length = (window.length.nanoseconds + covered - 1) / covered
    }

    private func part(of now: Moment) -> Int64 { now.nanoseconds / length }
    private func place(_ part: Int64) -> Int { Int(part & Int64(RollingSum.parts - 1)) }

    mutating func add(_ amount: Int128, at now: Moment) {
        let part = part(of: now)
        if newest == .min || part - newest >= Int64(RollingSum.parts) {
            amounts = InlineArray(repeating: 0)
            total = 0
            newest = part
        }
        while newest < part {
            newest += 1
            total -= amounts[place(newest)]
            amounts[place(newest)] = 0
        }
        // What is told late counts from now on.
        amounts[place(newest)] += amount
        total += amount
    }

    func sum(at now: Moment) -> Int128 {
        // A part's place is taken by the one sixteen behind it.
        let gone = newest == .min ? Int64(RollingSum.parts) : part(of: now) - newest
        guard gone > 0 else { return total }
        guard gone < Int64(RollingSum.parts) else { return 0 }
        var sum = total
        for next in 1...gone { sum -= amounts[place(newest + next)] }
        return sum
    }

    static func == (a: RollingSum, b: RollingSum) -> Bool {
        a.newest == b.newest && a.total == b.total
            && a.amounts.indices.allSatisfy { a.amounts[$0] == b.amounts[$0] }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(newest)
        hasher.combine(total)
    }
}
