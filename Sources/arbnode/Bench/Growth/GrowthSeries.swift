import Glibc
import Measures

/// One cost at several sizes, and what its growth must not exceed.
struct GrowthSeries: Encodable {
    /// How the cost may grow with the size.
    enum Promise: String, Encodable {
        case flat, linear
        /// The steepest exponent that still counts: caches end somewhere, and a page of noise is no power.
        var bound: Double {
            switch self {
            case .flat: 0.2
            case .linear: 1.15
            }
        }
    }

    var dimension: String
    var cost: String
    var promise: Promise
    var sizes: [Int] = []
    /// By size, in the unit that `cost` names.
    var costs: [Double] = []
    /// The slope of the line through the logarithms of sizes and costs.
    var slope: Double?
    /// The last cost over the first one.
    var ratio: Double?
    var holds = false

    init(_ dimension: String, _ cost: String, _ promise: Promise) {
        self.dimension = dimension
        self.cost = cost
        self.promise = promise
    }

    mutating func add(_ size: Int, _ cost: Double) {
        sizes.append(size)
        costs.append(cost)
        guard let growth = Growth(sizes: sizes.map(Double.init), costs: costs, log: log) else { return }
        slope = growth.exponent
        ratio = growth.ratio
        holds = growth.exponent <= promise.bound
    }

    var name: String { "\(dimension)_\(cost)" }
}
