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

    /// By window.
    private var sums = Window.allCases.map { RollingSum($0) }

    public init() {}

    public mutating func note(_ amount: Int128 = 1, at now: Moment) {
        for index in sums.indices { sums[index].add(amount, at: now) }
    }

    public func sum(_ window: Window, at now: Moment) -> Int128 { sums[window.rawValue].sum(at: now) }
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
    private var amounts = [Int128](repeating: 0, count: RollingSum.parts)

    init(_ window: FlowMeter.Window) {
        let covered = Int64(RollingSum.parts - 1)
        length = (window.length.nanoseconds + covered - 1) / covered
    }

    private func part(of now: Moment) -> Int64 { now.nanoseconds / length }
    private func place(_ part: Int64) -> Int { Int(part & Int64(RollingSum.parts - 1)) }

    mutating func add(_ amount: Int128, at now: Moment) {
        let part = part(of: now)
        if newest == .min || part - newest >= Int64(RollingSum.parts) {
            for place in amounts.indices { amounts[place] = 0 }
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
}
