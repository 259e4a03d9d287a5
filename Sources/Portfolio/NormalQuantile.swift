/// The standard normal distribution, as far as a value at risk needs it.
public enum NormalQuantile {
    /// The z that a standard normal variable does not exceed with probability `percent`/100.
    ///
    /// Newton's method on Φ, whose series Φ(z) = ½ + φ(z)·(z + z³/3 + z⁵/(3·5) + …) has positive terms alone
    /// and so loses nothing to cancellation.
    ///
    /// - Parameter percent: 50…99.
    public static func z(percent: Int) -> Double {
        precondition((50...99).contains(percent), "a confidence lies between 50 and 99 percent")
        let wanted = Double(percent) / 100
        var z = 0.0
        // From zero it converges from below; six rounds are enough for the last digit, a dozen is certain.
        for _ in 0..<12 { z += (wanted - cumulative(z)) / density(z) }
        return z
    }

    /// Φ, for 0 ≤ z ≤ 6.
    static func cumulative(_ z: Double) -> Double {
        var term = z
        var sum = z
        var odd = 1.0
        while term > sum * 1e-18 {
            odd += 2
            term *= z * z / odd
            sum += term
        }
        return 0.5 + density(z) * sum
    }

    /// φ.
    static func density(_ z: Double) -> Double {
        1 / (exponential(z * z / 2) * (2 * Double.pi).squareRoot())
    }

    /// eˣ for 0 ≤ x ≤ 20 by its series.
    private static func exponential(_ x: Double) -> Double {
        var term = 1.0
        var sum = 1.0
        var count = 0.0
        while term > sum * 1e-18 {
            count += 1
            term *= x / count
            sum += term
        }
        return sum
    }
}
