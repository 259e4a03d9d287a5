import TradingModel

/// Prices of several assets at the same regular moments, a bounded ring of rows.
///
/// Time is divided into steps, counted from the epoch of the timeline. A step has at most one row, taken in
/// its first quarter; a step without one, and an asset without a proven price, leave a gap. A return is
/// formed only from two adjacent rows: over a gap there is none.
public struct PriceHistory: Hashable, Sendable {
    public let assets: Int
    public let step: Span
    /// Returns that can be held: one fewer than rows.
    public let capacity: Int
    /// Rows held, gaps included.
    public private(set) var rows = 0

    /// Row after row; 0 where there is no price.
    private var prices: [Double]
    private var newest = 0
    private var lastStep: Int64?

    public init(assets: Int, step: Span, capacity: Int) {
        precondition(step > .zero && capacity > 0, "a history has steps and room")
        self.assets = assets
        self.step = step
        self.capacity = capacity
        prices = [Double](repeating: 0, count: assets * (capacity + 1))
    }

    /// Whether this step has no row yet.
    public func isDue(at now: Moment) -> Bool { now.nanoseconds / step.nanoseconds != lastStep }

    /// Takes this step's row; a second one changes nothing.
    ///
    /// - Parameter row: by asset, in quote units; 0 where no price is proven.
    public mutating func note(_ row: [Double], at now: Moment) {
        precondition(row.count == assets, "a row has a place for each asset")
        let number = now.nanoseconds / step.nanoseconds
        if let last = lastStep {
            guard number > last else { return }
            for _ in 0..<min(number - last - 1, Int64(capacity) + 1) { push(nil) }
        }
        lastStep = number
        // A row that is late would make this return long and the next one short.
        push(now.nanoseconds % step.nanoseconds * 4 <= step.nanoseconds ? row : nil)
    }

    private mutating func push(_ row: [Double]?) {
        newest = (newest + 1) % (capacity + 1)
        rows = min(rows + 1, capacity + 1)
        for asset in 0..<assets {
            let price = row?[asset] ?? 0
            prices[newest * assets + asset] = price.isFinite && price > 0 ? price : 0
        }
    }

    private func price(_ asset: Int, age: Int) -> Double {
        let row = (newest - age + capacity + 1) % (capacity + 1)
        return prices[row * assets + asset]
    }

    /// What these values would have gained in each step that is complete, oldest first: Σ value × return,
    /// with simple returns. Complete is a step in which every asset that has a value has both prices; where
    /// none has a value, every asset.
    ///
    /// - Parameter values: by asset, signed, in quote units.
    public func profits(of values: [Double]) -> [Double] {
        precondition(values.count == assets, "a value for each asset")
        let held = values.indices.filter { values[$0] != 0 }
        let counted = held.isEmpty ? Array(values.indices) : held
        guard rows > 1, !counted.isEmpty else { return [] }
        var profits: [Double] = []
        profits.reserveCapacity(rows - 1)
        for age in (0..<rows - 1).reversed() {
            var sum = 0.0
            var isComplete = true
            for asset in counted {
                let (old, new) = (price(asset, age: age + 1), price(asset, age: age))
                guard old > 0, new > 0 else {
                    isComplete = false
                    break
                }
                sum += values[asset] * (new / old - 1)
            }
            if isComplete { profits.append(sum) }
        }
        return profits
    }
}
