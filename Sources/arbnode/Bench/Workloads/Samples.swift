/// Single durations in nanoseconds, exact: a microsecond's tail would drown in a histogram's steps.
struct Samples {
    private var values: [UInt32] = []

    mutating func reserve(_ count: Int) { values.reserveCapacity(count) }
    mutating func add(_ nanoseconds: Int64) { values.append(UInt32(clamping: nanoseconds)) }
    mutating func sort() { values.sort() }

    var count: Int { values.count }

    var mean: Double {
        values.isEmpty ? 0 : values.reduce(0) { $0 + Double($1) } / Double(values.count)
    }

    /// Of sorted samples, the `share`-quantile; 0 where there are none.
    func quantile(_ share: Double) -> Double {
        values.isEmpty ? 0 : Double(values[min(values.count - 1, Int(share * Double(values.count)))])
    }
}

extension [Double] {
    /// The middle one; of an even number the higher of the two.
    var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}
