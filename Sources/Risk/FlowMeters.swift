import TradingModel

/// Of each of several places, how many of something there were in the last second, minute, hour and day, at
/// any moment: there is no turn of a window at which twice as many could pass. Each is counted for its whole
/// window and at most a fifteenth longer, in sixteen sums that take each other's place, however many events.
///
/// All places lie in two arrays of numbers: an order asks dozens of times, and what it asks is not copied.
public struct FlowMeters: Hashable, Sendable {
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
        /// How many there are: a literal, because every question multiplies by it.
        @usableFromInline static var count: Int { 4 }
        /// By window: the length of one part, in nanoseconds. The part that is running and the fifteen before
        /// it cover the window whole.
        fileprivate static let partLengths = allCases.map { window in
            let covered = Int64(FlowMeters.parts - 1)
            return (window.length.nanoseconds + covered - 1) / covered
        }
    }

    private static let parts = 16

    @usableFromInline
    struct Sum: Hashable, Sendable {
        /// The newest part's number, on the clock.
        var newest = Int64.min
        /// When the newest part is over, in nanoseconds: until then nothing has to be divided.
        @usableFromInline var end = Int64.min
        @usableFromInline var total: Int128 = 0
    }

    /// By place and window.
    @usableFromInline private(set) var sums: [Sum]
    /// By place and window, then by a part's number, in turn.
    private var amounts: [Int128]

    public init(_ places: Int) {
        sums = Array(repeating: Sum(), count: places * Window.count)
        amounts = Array(repeating: 0, count: places * Window.count * FlowMeters.parts)
    }

    public mutating func note(_ place: Int, _ amount: Int128 = 1, at now: Moment) {
        for window in 0..<Window.count {
            let index = place * Window.count + window
            if now.nanoseconds >= sums[index].end {
                turn(index, to: now.nanoseconds / Window.partLengths[window], Window.partLengths[window])
            }
            // What is told late counts from now on.
            amounts[spot(index, sums[index].newest)] += amount
            sums[index].total += amount
        }
    }

    @inlinable public func sum(of place: Int, _ window: Window, at now: Moment) -> Int128 {
        let index = place * Window.count + window.rawValue
        return now.nanoseconds < sums[index].end ? sums[index].total : rest(index, window, now)
    }

    /// What is left of a sum whose newest part is over.
    @usableFromInline func rest(_ index: Int, _ window: Window, _ now: Moment) -> Int128 {
        let newest = sums[index].newest
        guard newest > .min else { return 0 }
        // A part's place is taken by the one sixteen behind it.
        let gone = now.nanoseconds / Window.partLengths[window.rawValue] - newest
        guard gone < Int64(FlowMeters.parts) else { return 0 }
        var sum = sums[index].total
        for next in 1...gone { sum -= amounts[spot(index, newest + next)] }
        return sum
    }

    private func spot(_ index: Int, _ part: Int64) -> Int {
        index * FlowMeters.parts + Int(part & Int64(FlowMeters.parts - 1))
    }

    private mutating func turn(_ index: Int, to part: Int64, _ length: Int64) {
        if sums[index].newest == .min || part - sums[index].newest >= Int64(FlowMeters.parts) {
            for place in 0..<FlowMeters.parts { amounts[index * FlowMeters.parts + place] = 0 }
            sums[index].total = 0
            sums[index].newest = part
        }
        while sums[index].newest < part {
            sums[index].newest += 1
            let place = spot(index, sums[index].newest)
            sums[index].total -= amounts[place]
            amounts[place] = 0
        }
        sums[index].end = sums[index].newest &* length &+ length
    }
}
