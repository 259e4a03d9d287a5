import Foundation
import Portfolio
import Testing
import TradingModel

/// Held against `independent.py`, which computes the same figures from their definitions with NumPy.
@Suite struct `Portfolio figures and an independent computation` {
    /// Why it cannot run here; `nil` when it can.
    static let obstacle: String? = {
        let (code, text) = Python.run(["-c", "import numpy; print(numpy.__version__)"])
        return code == 0 ? nil : "python3 with numpy is needed: \(text)"
    }()

    @Test(
        .enabled(
            if: `Portfolio figures and an independent computation`.obstacle == nil,
            "python3 with numpy is not installed"))
    func `agree to a billionth`() throws {
        var draw = CaseDraw(seed: 20_260_101)
        let cases = (0..<300).map { _ in draw.portfolio() }
        let file = FileManager.default.temporaryDirectory.appending(path: "portfolio-\(getpid()).json")
        defer {
            // Left behind it harms nobody.
            try? FileManager.default.removeItem(at: file)  // see above
        }
        try JSONEncoder().encode(cases.map(CaseFile.init)).write(to: file)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "independent.py")
        let (code, text) = Python.run([script.path, file.path])
        try #require(code == 0, "\(text.suffix(2_000))")
        let others = try JSONDecoder().decode([OtherFigures].self, from: Data(text.utf8))
        try #require(others.count == cases.count)
        var compared = Tally()
        for (number, (mine, other)) in zip(cases, others).enumerated() {
            compare(mine.report, mine.policy, other, number, &compared)
        }
        // It is not agreement about nothing.
        #expect(compared.measured > 200 && compared.insufficient > 10 && compared.figures > 3_000)
    }

    private struct Tally {
        var measured = 0
        var insufficient = 0
        var figures = 0
    }

    private func compare(
        _ report: PortfolioReport, _ policy: PortfolioPolicy, _ other: OtherFigures, _ number: Int,
        _ tally: inout Tally
    ) {
        func same(_ mine: Double?, _ other: Double?, _ what: String) {
            guard let other else { return }
            let mine = mine ?? .nan
            let bound = 1e-9 * max(mine.magnitude, other.magnitude) + 1e-12
            #expect((mine - other).magnitude <= bound, "case \(number) \(what): \(mine) and \(other)")
            tally.figures += 1
        }
        same(report.capital, other.capital, "capital")
        for (mine, theirs, what) in [
            (report.net, other.net, "net"), (report.inventory, other.inventory, "inventory"),
        ] {
            switch mine {
            case .measured(let value):
                #expect(value.observations == theirs.have, "case \(number) \(what)")
                same(value.parametric, theirs.parametric ?? .infinity, what + " parametric")
                same(value.historical, theirs.historical ?? .infinity, what + " historical")
                tally.measured += 1
            case .insufficient(let have, let needed):
                #expect(have == theirs.have && theirs.parametric == nil && needed == policy.least)
                tally.insufficient += 1
            case .unpriced: Issue.record("case \(number) is unpriced")
            }
        }
        if report.net.value == nil { same(report.assumed, other.assumed, "assumed") }
        for result in report.stress {
            guard let theirs = other.stress[result.scenario.rawValue] else {
                Issue.record("case \(number) has no \(result.scenario)")
                continue
            }
            same(result.loss, theirs.loss, result.scenario.rawValue)
            same(result.closing, theirs.closing, result.scenario.rawValue + " closing")
            same(result.marginCall, theirs.call, result.scenario.rawValue + " margin call")
        }
    }
}

/// A case as the script reads it.
private struct CaseFile: Encodable {
    struct Asset: Encodable {
        var mid: Double
        var net: Double
        var longest: Double
        var shortest: Double
        var spread: Double
        var depth: Double
    }
    struct Account: Encodable {
        var leverage: Double
        var cash: Double
        var base: [Double]
    }
    var step_s: Int64
    var horizon_s: Int64
    var confidence: Int
    var window: Int
    var least: Int
    var assumed_move: Double
    var crash: Double
    var depeg: Double
    var venue_loss: Double
    var funding_spike: Double
    var spread_factor: Int
    var rows: [[Double]]
    var assets: [Asset]
    var accounts: [Account]

    init(_ one: PortfolioCase) {
        step_s = one.policy.step.nanoseconds / 1_000_000_000
        horizon_s = one.policy.horizon.nanoseconds / 1_000_000_000
        confidence = one.policy.confidence
        window = one.policy.window
        least = one.policy.least
        assumed_move = one.policy.assumedMove.fraction
        crash = one.policy.stress.crash.size.fraction
        depeg = one.policy.stress.depeg.size.fraction
        venue_loss = one.policy.stress.venueLoss.size.fraction
        funding_spike = one.policy.stress.funding.size.fraction
        spread_factor = one.policy.stress.spreadFactor
        rows = one.rows
        assets = one.holdings.assets.map {
            Asset(
                mid: $0.mid, net: $0.net, longest: $0.longest, shortest: $0.shortest, spread: $0.spread ?? 0,
                depth: $0.depth)
        }
        accounts = one.holdings.accounts.map {
            Account(leverage: $0.leverage ?? 0, cash: $0.cash, base: $0.base)
        }
    }
}

private struct OtherFigures: Decodable {
    struct Risk: Decodable {
        var have: Int
        var parametric: Double?
        var historical: Double?
    }
    struct Stress: Decodable {
        var loss: Double
        var closing: Double?
        var call: Double?
    }
    var capital: Double
    var net: Risk
    var inventory: Risk
    var assumed: Double
    var stress: [String: Stress]
}

private enum Python {
    /// Exit code and everything it said; 127 where there is no python3.
    static func run(_ arguments: [String]) -> (code: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        do { try process.run() } catch { return (127, "\(error)") }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
