import Testing
import TradingModel

@testable import SimulatedWorld

@Suite struct RecordingSymbolTests {
    private func frames(_ lines: [String], of symbols: [String], only wanted: [String]) throws -> [String] {
        let names = symbols.map { "\"\($0)\"" }.joined(separator: ",")
        let text = (["# {\"venue\":\"okx\",\"symbols\":[\(names)]}"] + lines.map { "1\tws1\t\($0)" })
        let recording = try Recording(Array(text.joined(separator: "\n").utf8)).only(wanted)
        return recording.connections.flatMap(\.frames).map {
            String(decoding: recording.bytes[$0.bytes], as: UTF8.self)
        }
    }

    @Test func `frames of symbols that nobody asked for are left out, those that name none stay`() throws {
        let wanted = #"{"arg":{"instId":"BTC-USDT"}}"#
        let other = #"{"arg":{"instId":"BTC-USDT-SWAP"}}"#
        let both = #"{"list":["BTC-USDT-SWAP","BTC-USDT"]}"#
        let none = #"{"event":"subscribe"}"#
        let kept = try frames(
            [wanted, other, both, none], of: ["BTC-USDT", "BTC-USDT-SWAP"], only: ["BTC-USDT"])
        #expect(kept == [wanted, both, none])
    }

    @Test func `a symbol is a whole word in either case`() throws {
        let stream = #"{"stream":"btcusdt@depth","data":{}}"#
        let topic = #"{"topic":"orderbook.200.BTCUSDT"}"#
        let longer = #"{"s":"1000BTCUSDT"}"#
        let kept = try frames(
            [stream, topic, longer], of: ["ETHUSDT", "BTCUSDT"], only: ["ETHUSDT"])
        #expect(kept == [longer])
    }

    @Test func `who asks for everything gets everything`() throws {
        let lines = [#"{"s":"A-B"}"#, #"{"s":"C-D"}"#]
        #expect(try frames(lines, of: ["A-B", "C-D"], only: ["C-D", "A-B"]) == lines)
    }
}
