import Foundation
import Measures
import Testing

@Suite struct FitTests {
    @Test func `a line through points of a line is that line, and sure`() throws {
        let fit = try #require(LineFit((0..<9).map { (Double($0), 3.5 + 2 * Double($0)) }))
        #expect(abs(fit.slope - 2) < 1e-12 && abs(fit.intercept - 3.5) < 1e-12 && fit.slopeError < 1e-9)
        #expect(abs(fit.value(at: 100) - 203.5) < 1e-9)
    }

    @Test func `points off the line make its slope unsure by as much as the textbook says`() throws {
        // y = x with one unit up, one down: the residuals are known.
        let fit = try #require(LineFit([(1, 1), (2, 3), (3, 2), (4, 4)]))
        #expect(abs(fit.slope - 0.8) < 1e-12)
        #expect(abs(fit.slopeError - (1.8 / 2 / 5).squareRoot()) < 1e-12)
    }

    @Test func `nothing is fitted through one point or a wall`() {
        #expect(LineFit([(1, 1)]) == nil)
        #expect(LineFit([(1, 1), (1, 2)]) == nil)
    }

    @Test(arguments: [0.0, 0.5, 1, 2])
    func `the exponent of a power is found`(exponent: Double) throws {
        let sizes = [1.0, 10, 50, 200]
        let growth = try #require(Growth(sizes: sizes, costs: sizes.map { 7 * pow($0, exponent) }, log: log))
        #expect(abs(growth.exponent - exponent) < 1e-9)
        #expect(abs(growth.ratio - pow(200, exponent)) < 1e-6)
    }

    @Test func `a size of zero counts as one and a cost of zero is no cost`() throws {
        let growth = try #require(Growth(sizes: [0, 100], costs: [5, 500], log: log))
        #expect(abs(growth.exponent - 1) < 1e-9)
        #expect(Growth(sizes: [1, 2], costs: [0, 1], log: log) == nil)
        #expect(Growth(sizes: [3, 3], costs: [1, 2], log: log) == nil)
    }
}

@Suite struct DriftTests {
    /// Noise that repeats: a linear congruential sequence in -1...1.
    private func noise(_ count: Int, seed: UInt64) -> [Double] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 33) / Double(1 << 30) - 1
        }
    }

    @Test func `noise about a level is no drift`() throws {
        var wrong = 0
        for seed in 1...400 as ClosedRange<UInt64> {
            if try #require(Drift(noise(24, seed: seed))).proven != 0 { wrong += 1 }
        }
        #expect(wrong < 16, "one in a hundred by design, \(wrong) of 400")
    }

    @Test func `a leak under the noise is a drift of its size`() throws {
        let readings = noise(24, seed: 5).enumerated().map { $0.element * 10 + Double($0.offset) * 3 }
        let drift = try #require(Drift(readings))
        #expect(drift.proven > 2 && drift.proven < 4)
        #expect(try #require(Drift(readings.map { -$0 })).proven < 0)
    }

    @Test func `one peak bends nothing, and steps count once each`() throws {
        var readings = [Double](repeating: 100, count: 20)
        readings[7] = 1e9
        #expect(try #require(Drift(readings)).proven == 0)
        #expect(Drift([1, 2]) == nil)
    }
}
