import ArgumentParser
import Backtest
import Configuration
import Foundation
import SimulatedWorld
import TradingModel

/// The frames of a file as a recording of one venue, and that recording through the whole node in virtual
/// time: double, connector, decoder, books, engine with all its rules, outbox, watches and timers.
struct WholeNodeReplay {
    private let backtest: Backtest

    /// - Parameter lines: in Binance's format; the first becomes the snapshot that a node asks for.
    init(_ lines: FrameLines) throws {
        let recording = try Recording(try WholeNodeReplay.text(lines))
        let source = RecordedSource(
            path: "frames", recording: recording,
            sheet: try RecordedFiles.sheet(recording.venue, of: "frames"))
        backtest = try Backtest([source], in: nil, takerFee: nil, seed: 1)
    }

    /// Nanoseconds in all, and how many messages the node took into its books.
    func run() throws -> (nanoseconds: Double, messages: Int) {
        let began = Stopwatch.now
        let results = try backtest.run { _, _ in }
        let took = Double((Stopwatch.now - began).nanoseconds)
        return (took, BacktestReport(results).frames)
    }

    private static func text(_ lines: FrameLines) throws -> [UInt8] {
        var text = Array("# {\"venue\":\"binance-spot\",\"symbols\":[\"BTCUSDT\"]}\n".utf8)
        func add(_ time: Int64, _ channel: String, _ payload: some Collection<UInt8>) {
            text += Array("\(time)\t\(channel)\t".utf8)
            text += payload
            text.append(UInt8(ascii: "\n"))
        }
        for (number, line) in lines.lines.enumerated() {
            let frame = lines.with(line) { Array($0) }
            let time = try WholeNodeReplay.number("\"E\":", frame) * 1_000_000
            if number == 0 {
                let last = try WholeNodeReplay.number("\"u\":", frame)
                let levels = String(decoding: frame, as: UTF8.self)
                guard let bids = levels.range(of: "\"b\":"), let end = levels.firstIndex(of: "}")
                else {
                    Terminal.say("the first frame states no levels")
                    throw ExitCode(65)
                }
                let sides = levels[bids.lowerBound..<end]
                    .replacing("\"b\":", with: "\"bids\":").replacing("\"a\":", with: "\"asks\":")
                let body = "{\"lastUpdateId\":\(last),\(sides)}"
                add(time, "http GET /api/v3/depth?symbol=BTCUSDT&limit=1000", body.utf8)
            } else {
                add(time, "ws1", frame)
            }
        }
        return text
    }

    private static func number(_ key: String, _ frame: [UInt8]) throws -> Int64 {
        let text = String(decoding: frame.prefix(256), as: UTF8.self)
        guard let found = text.range(of: key),
            let value = Int64(text[found.upperBound...].prefix { $0.isNumber })
        else {
            Terminal.say("a frame states no \(key)")
            throw ExitCode(65)
        }
        return value
    }
}
