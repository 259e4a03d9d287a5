import Backtest
import Configuration
import Engine
import Foundation
import Node
import SimulatedWorld
import Testing
import TradingModel
import VenueKit

@Suite struct BacktestTests {
    static func run(
        _ tape: Tape, takerFee: Rate? = nil, configured: Bool = true
    ) throws -> [BacktestResult] {
        try Backtest(
            tape.sources, in: configured ? tape.configuration : nil, takerFee: takerFee, seed: 1
        ).run { _, _ in }
    }

    static func json(_ results: [BacktestResult]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(BacktestReport(results)), as: UTF8.self)
    }

    // All but the second once decided otherwise: the risk index was looked at when timers beat.
    @Test(arguments: [UInt64(1), 3, 13, 17, 31, 40])
    func `a backtest decides what the paper run decided whose market was recorded`(seed: UInt64) throws {
        let tape = try Tape(seed: seed, seconds: 20)
        let results = try BacktestTests.run(tape)
        #expect(tape.pairs > 0)
        #expect(results.count == 1)
        #expect(results[0].decisions == tape.decisions)
        #expect(results[0].report.summary.counters.pairs == tape.pairs)
    }

    @Test func `two runs print the same bytes`() throws {
        let tape = try Tape(seed: 3, seconds: 20)
        let first = try BacktestTests.json(try BacktestTests.run(tape))
        let second = try BacktestTests.json(try BacktestTests.run(tape))
        #expect(first == second)
        #expect(first.contains("\"tradeLog\":[{"))
    }

    @Test func `where the money went adds up to the ledger's profit`() throws {
        let results = try BacktestTests.run(try Tape(seed: 3, seconds: 20))
        let report = BacktestReport(results)
        #expect(report.trades > 0)
        #expect(report.trades == report.tradeLog.count)
        #expect(report.trades == results[0].report.summary.counters.pairs)
        #expect(report.fees.amount > .zero)
        #expect(report.money.fees.amount == report.fees.amount)
        // Trades value what they left at the same mid price, but a fee taken in base at its fill's.
        let difference = (report.money.pnl.amount - report.pnl.amount).magnitude
        #expect(difference < Amount(raw: 1_000_000_000_000_000_000), "\(report.money.pnl) \(report.pnl)")
        let venues = report.byVenue.reduce(Amount.zero) { $0 + $1.pnl.amount }
        let rounding = (venues - report.pnl.amount).magnitude
        #expect(rounding < Amount(raw: 10_000_000_000_000_000), "\(venues) \(report.pnl)")
        #expect(report.byStrategy.reduce(0) { $0 + $1.trades } == report.trades)
        #expect(report.bySymbol.reduce(Amount.zero) { $0 + $1.pnl.amount } == report.money.pnl.amount)
    }

    @Test func `dearer fees leave no trade, and no fees leave more`() throws {
        let tape = try Tape(seed: 3, seconds: 20)
        let dear = BacktestReport(try BacktestTests.run(tape, takerFee: Rate(hundredthsOfBasisPoint: 5_000)))
        let own = BacktestReport(try BacktestTests.run(tape))
        let free = BacktestReport(try BacktestTests.run(tape, takerFee: .zero))
        #expect(dear.trades == 0)
        #expect(dear.pnl.amount == .zero)
        #expect(free.trades > 0 && own.trades > 0)
        #expect(free.tradeLog.allSatisfy { $0.netBps == $0.grossBps })
        #expect(own.tradeLog.allSatisfy { $0.netBps < $0.grossBps })
        #expect(free.fees.amount == .zero)
    }

    @Test func `without a configuration every recorded symbol is traded`() throws {
        let report = BacktestReport(try BacktestTests.run(try Tape(seed: 3, seconds: 10), configured: false))
        #expect(report.sessions[0].symbols == ["BTC-USDT", "ETH-USDT"])
        #expect(report.sessions[0].booksSynced == 8)
        #expect(report.frames > 500)
    }

    @Test func `recordings far apart are sessions of their own, and profit adds up over them`() throws {
        let early = try Tape(seed: 3, seconds: 10)
        let once = BacktestReport(try BacktestTests.run(early))
        let backtest = try Backtest(
            early.sources + early.sources(after: 86_400), in: early.configuration, takerFee: nil, seed: 1)
        let twice = BacktestReport(try backtest.run { _, _ in })
        #expect(twice.sessions.count == 2)
        #expect(twice.frames == 2 * once.frames)
        #expect(twice.trades == 2 * once.trades)
        #expect(twice.pnl.amount == once.pnl.amount + once.pnl.amount)
    }

    @Test func `two recordings of one venue and time, or of a venue that is not configured, are refused`()
        throws
    {
        let tape = try Tape(seed: 3, seconds: 2)
        #expect(throws: RecordedMarketFault.sameTime("binance-spot", "binance-spot", venue: "binance-spot")) {
            _ = try Backtest(
                [tape.sources[0], tape.sources[0]], in: tape.configuration, takerFee: nil, seed: 1)
        }
        var lean = tape.configuration
        lean.venues.removeAll { $0.profile.name == "okx" }
        lean.policy = lean.policy.restricted { venue, _ in venue.name != "okx" }
        #expect(throws: RecordedMarketFault.notConfigured(path: "okx", venue: "okx")) {
            _ = try Backtest(tape.sources, in: lean, takerFee: nil, seed: 1)
        }
    }
}

@Suite struct EquityCurveTests {
    private func curve(_ profits: [Int128]) -> EquityCurve {
        EquityCurve(
            profits.enumerated().map {
                .init(at: Moment(nanoseconds: Int64($0.offset)), profit: Amount(raw: $0.element))
            })
    }

    @Test func `the deepest drawdown is from a peak to the lowest point after it`() {
        #expect(curve([5, 9, 4, 12, 6, 7]).maximumDrawdown == Amount(raw: 6))
        #expect(curve([1, 2, 3]).maximumDrawdown == .zero)
        #expect(curve([]).maximumDrawdown == .zero)
    }

    @Test func `a curve begins at zero, so a loss from the start is a drawdown`() {
        #expect(curve([-3, -1]).maximumDrawdown == Amount(raw: 3))
    }

    @Test func `a curve that goes on begins where the other one ended`() {
        var all = curve([2, 5])
        all.append(curve([1, -4]))
        #expect(all.points.map(\.profit.raw) == [2, 5, 6, 1])
        #expect(all.maximumDrawdown == Amount(raw: 5))
    }
}
