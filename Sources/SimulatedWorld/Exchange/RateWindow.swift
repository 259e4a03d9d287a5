import TradingModel

/// A venue's limit that starts anew with every window of the clock (Binance weight per minute, Bybit per
/// second).
struct RateWindow {
    let limit: Int
    let window: Span
    private var index: Int64 = -1
    private(set) var used = 0

    init(limit: Int, per window: Span) {
        self.limit = limit
        self.window = window
    }

    /// Charges `cost`, also when the answer is no: refused requests count too.
    mutating func charge(_ cost: Int, at now: Moment) -> Bool {
        let current = now.nanoseconds / window.nanoseconds
        if current != index {
            index = current
            used = 0
        }
        used += cost
        return used <= limit
    }

    /// What is left of the current window's budget, not below zero.
    func remaining(at now: Moment) -> Int {
        now.nanoseconds / window.nanoseconds == index ? max(0, limit - used) : limit
    }

    /// When the next window begins.
    func resetsAt(_ now: Moment) -> Moment {
        Moment(nanoseconds: (now.nanoseconds / window.nanoseconds + 1) * window.nanoseconds)
    }
}

/// A counter that rises with every call and decays with time (Kraken's REST and engine counters), in
/// thousandths.
struct DecayingCounter {
    let ceiling: Int64
    /// Thousandths per second.
    let decay: Int64
    private var level: Int64 = 0
    private var updatedAt = Moment.distantPast

    /// `ceiling` and `decayPerSecond` in thousandths of a point.
    init(ceiling: Int64, decayPerSecond: Int64) {
        self.ceiling = ceiling
        decay = decayPerSecond
    }

    /// Adds `cost` thousandths unless that would pass the ceiling.
    mutating func charge(_ cost: Int64, at now: Moment) -> Bool {
        let elapsed = (now - updatedAt).milliseconds
        let decayed = elapsed > 1_000_000_000 ? level : elapsed * decay / 1000
        level = max(0, level - decayed)
        updatedAt = now
        guard level + cost <= ceiling else { return false }
        level += cost
        return true
    }
}
