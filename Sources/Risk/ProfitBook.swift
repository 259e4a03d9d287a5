import TradingModel

/// What one strategy's trades in one instrument have come to, at average cost: realised as fills close what
/// earlier ones opened, unrealised for what is open. All venues count as one.
public struct ProfitBook: Hashable, Sendable {
    /// Signed, in raw quantity.
    public private(set) var open: Int64 = 0
    /// What the open quantity cost: raw price × raw quantity, signed as it is.
    public private(set) var cost: Int128 = 0
    /// Realised since the beginning, in raw price × raw quantity, fees taken off.
    public private(set) var realised: Int128 = 0
    /// What was realised when today began, and which day that is.
    public private(set) var atReset: Int128 = 0
    public private(set) var day = Int64.min
    /// Losing trades in a row, and when the last one ended.
    public private(set) var streak = 0
    public private(set) var lastLoss: Moment?
    private var largest: Int64 = 0
    private var atTradeStart: Int128 = 0

    public init() {}

    /// - Parameters:
    ///   - quantity: signed, raw, net of a fee taken in base.
    ///   - fee: in raw price × raw quantity.
    public mutating func filled(_ quantity: Int64, at price: Int64, fee: Int128, day: Int64, _ now: Moment) {
        turn(to: day)
        realised -= fee
        var rest = quantity
        if open != 0, (open < 0) != (rest < 0) {
            let closing = min(open.magnitude, rest.magnitude)
            let share = closing == open.magnitude ? cost : cost * Int128(closing) / Int128(open.magnitude)
            let signed = open < 0 ? -Int64(closing) : Int64(closing)
            realised += Int128(price) * Int128(signed) - share
            cost -= share
            open -= signed
            rest += signed
        }
        if rest != 0 {
            open += rest
            cost += Int128(price) * Int128(rest)
        }
        largest = max(largest, Int64(clamping: max(open.magnitude, quantity.magnitude)))
        endTrade(now)
    }

    /// A hundredth of the largest position is what fees in base and lots leave over: the trade has ended.
    private mutating func endTrade(_ now: Moment) {
        guard open.magnitude <= largest.magnitude / 100 else { return }
        largest = 0
        let result = realised - atTradeStart
        atTradeStart = realised
        if result < 0 {
            streak += 1
            lastLoss = now
        } else if result > 0 {
            streak = 0
        }
    }

    /// Another day has begun: what was realised before is history. A day that was missed is made up for here,
    /// and a fill that a venue tells of after its day has ended counts in the day that runs.
    public mutating func turn(to day: Int64) {
        guard day > self.day else { return }
        if self.day != Int64.min { atReset = realised }
        self.day = day
    }

    /// Today's, in raw price × raw quantity.
    public func today(_ day: Int64) -> Int128 { day == self.day ? realised - atReset : 0 }

    public func unrealised(at mid: Int64) -> Int128 { Int128(open) * Int128(mid) - cost }

    /// People have looked.
    public mutating func forgive() { streak = 0 }
}
