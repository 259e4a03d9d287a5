import Foundation
import Measures
import Testing

@Suite struct `What a series of returns amounts to` {
    private static func isClose(_ value: Double?, _ other: Double) -> Bool {
        value.map { ($0 - other).magnitude <= 1e-9 * max(1, other.magnitude) } ?? false
    }

    /// Worked by hand. Returns 1, 2, 3, 4, -1 percent: mean 1.8; deviations -0.8, 0.2, 1.2, 2.2, -2.8, their
    /// squares 0.64 + 0.04 + 1.44 + 4.84 + 7.84 = 14.8, over 4 is 3.7. Below zero only -1: 1 over 5 is 0.2.
    @Test func `is what it is by hand`() {
        let returns = [0.01, 0.02, 0.03, 0.04, -0.01]
        #expect(Self.isClose(Performance.sharpe(returns, periods: 1), 1.8 / 3.7.squareRoot()))
        #expect(Self.isClose(Performance.sortino(returns, periods: 1), 1.8 / 0.2.squareRoot()))
        // For a year of 365 days: the root of 365 as much.
        #expect(
            Self.isClose(
                Performance.sharpe(returns, periods: 365), 1.8 / 3.7.squareRoot() * 365.0.squareRoot()))
        // Above one percent: mean 0.8; below it 0 and -2 percent short: 4 over 5 is 0.8.
        #expect(Self.isClose(Performance.sharpe(returns, riskFree: 0.01, periods: 1), 0.8 / 3.7.squareRoot()))
        #expect(Self.isClose(Performance.sortino(returns, target: 0.01, periods: 1), 0.8 / 0.8.squareRoot()))
    }

    @Test func `is no number where the series cannot bear one`() {
        #expect(Performance.sharpe([0.01, 0.02, 0.03, 0.04], periods: 365) == nil, "too few")
        #expect(Performance.sharpe([Double](repeating: 0.1, count: 9), periods: 365) == nil, "no spread")
        #expect(Performance.sharpe([Double](repeating: 0, count: 9), periods: 365) == nil)
        #expect(Performance.sortino([0.01, 0.02, 0.03, 0.04, 0.05], periods: 365) == nil, "none fell short")
        #expect(Performance.sortino([], periods: 1) == nil && Performance.deviation([1]) == nil)
    }

    @Test func `falls from a high to a low and is back, or is not yet`() {
        typealias Drawdown = Performance.Drawdown
        #expect(Performance.drawdown([]) == nil && Performance.drawdown([1, 1, 2, 3]) == nil)
        #expect(
            Performance.drawdown([0, 5, 3, 4, 1, 6, 5])
                == Drawdown(depth: 4, from: 1, to: 4, recovered: 5))
        #expect(Performance.drawdown([3, 1, 2]) == Drawdown(depth: 2, from: 0, to: 1, recovered: nil))
        // The second fall is deeper, the first one's recovery is not its own.
        #expect(
            Performance.drawdown([2, 1, 2, -3, 0]) == Drawdown(depth: 5, from: 2, to: 3, recovered: nil))
        #expect(Performance.drawdown([-5, -6, -5]) == Drawdown(depth: 1, from: 0, to: 1, recovered: 2))
    }

    static let obstacle: String? = {
        let (code, text) = python(["-c", "import numpy"])
        return code == 0 ? nil : "python3 with numpy is needed: \(text)"
    }()

    private static func python(_ arguments: [String]) -> (Int32, String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        do { try process.run() } catch { return (-1, "\(error)") }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    private struct Case: Codable {
        var returns: [Double]
        var target: Double
        var periods: Double
    }

    private struct Figures: Codable {
        var sharpe: Double
        var sortino: Double?
        var drawdown: Double
    }

    @Test(
        .enabled(
            if: `What a series of returns amounts to`.obstacle == nil, "python3 with numpy is not installed"))
    func `agrees with NumPy to a billionth`() throws {
        var state: UInt64 = 20_261_129
        func draw() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(1 << 53)
        }
        let cases = (0..<300).map { _ in
            Case(
                returns: (0..<(5 + Int(draw() * 200))).map { _ in (draw() - 0.45) * 0.02 },
                target: draw() < 0.5 ? 0 : draw() * 0.001, periods: draw() < 0.5 ? 365 : 8_760)
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "returns-\(getpid()).json")
        defer {
            // Left behind it harms nobody.
            try? FileManager.default.removeItem(at: file)  // see above
        }
        try JSONEncoder().encode(cases).write(to: file)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "independent.py")
        let (code, text) = Self.python([script.path, file.path])
        try #require(code == 0, "\(text.suffix(2_000))")
        let others = try JSONDecoder().decode([Figures].self, from: Data(text.utf8))
        try #require(others.count == cases.count)
        for (mine, other) in zip(cases, others) {
            #expect(
                Self.isClose(
                    Performance.sharpe(mine.returns, riskFree: mine.target, periods: mine.periods),
                    other.sharpe))
            let sortino = Performance.sortino(mine.returns, target: mine.target, periods: mine.periods)
            #expect(other.sortino.map { Self.isClose(sortino, $0) } ?? (sortino == nil))
            let curve = mine.returns.reduce(into: [0.0]) { $0.append($0[$0.count - 1] + $1) }
            #expect(Self.isClose(Performance.drawdown(curve)?.depth ?? 0, other.drawdown))
        }
    }
}
