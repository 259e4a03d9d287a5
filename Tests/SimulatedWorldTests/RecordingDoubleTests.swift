import Foundation
import Testing
import TradingModel

@testable import SimulatedWorld

/// A small recording in the style of Bybit: two connections, one REST body, a client's own frame.
private let small = """
    # {"venue":"bybit","symbols":["BTCUSDT"],"source":"made here","license":"none"}
    900\thttp GET /v5/market/instruments-info?category=linear&limit=1000\t{"category":"linear"}
    900\thttp GET /v5/market/instruments-info?category=spot&limit=1000\t{"category":"spot"}
    950\topen1\twss://stream.bybit.com/v5/public/linear
    960\topen2\twss://stream.bybit.com/v5/public/spot
    970\tws1>\t{"op":"subscribe","args":["orderbook.200.BTCUSDT"]}
    1000\tws1\t{"n":1}
    1100\tws2\t{"n":2}
    1200\tws1\t{"n":3}
    1300\thttp GET /v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=200\t{"first":true}
    1500\thttp GET /v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=200\t{"second":true}
    2000\tws2\t{"n":4}\twith a tab
    """

private let subscribe = Array(#"{"op":"subscribe","args":["x"]}"#.utf8)

private func at(_ nanoseconds: Int64) -> Moment { Moment(nanoseconds: 5_000_000 + nanoseconds) }

private func texts(_ frames: [DoubleFrame], _ connection: Int) -> [String] {
    frames.compactMap { frame in
        guard frame.connection == connection, case .text(let bytes) = frame.content else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

private func get(_ target: String) -> DoubleRequest {
    DoubleRequest(method: "GET", target: target, headers: [], body: [])
}

@Suite struct RecordingDoubleTests {
    @Test func `a recording is indexed by connection and answer`() throws {
        let recording = try Recording(Array(small.utf8))
        #expect(recording.venue == "bybit")
        #expect(recording.symbols == ["BTCUSDT"])
        #expect(recording.frameCount == 4)
        #expect(recording.connections.map { $0.path } == ["/v5/public/linear", "/v5/public/spot"])
        #expect(recording.answers.count == 4)
        #expect(recording.startsAt == 1000)
    }

    @Test(arguments: ["", "1\tws1\t{}", "# no json\n", "# {\"symbols\":[]}\n"])
    func `bytes without a header are refused`(_ text: String) {
        #expect(throws: RecordingFault.headerMissing) { try Recording(Array(text.utf8)) }
    }

    @Test(arguments: ["x\tws1\t{}", "12", "12\thttp GET\t{}", "12\tsocket1\t{}", "12\twsx\t{}"])
    func `a malformed line is named by its number`(_ line: String) {
        let text = "# {\"venue\":\"okx\"}\n\(line)\n"
        do {
            _ = try Recording(Array(text.utf8))
            Issue.record("accepted \(line)")
        } catch {
            guard case .malformedLine(2, _) = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func `frames keep their recorded pace, bytes and connection`() throws {
        let double = RecordingDouble(try Recording(Array(small.utf8)))
        double.opened(7, path: "/v5/public/spot", at: at(0))
        double.opened(8, path: "/v5/public/linear", at: at(0))
        double.advance(to: at(900))
        #expect(double.takeOutgoing().isEmpty, "nothing plays before a subscription")
        double.received(subscribe, on: 7, at: at(1000))
        double.received(subscribe, on: 8, at: at(1000))
        double.advance(to: at(1100))
        var frames = double.takeOutgoing()
        #expect(texts(frames, 7) == ["{\"n\":2}"])
        #expect(texts(frames, 8) == ["{\"n\":1}"])
        double.advance(to: at(1199))
        #expect(double.takeOutgoing().isEmpty)
        double.advance(to: at(2000))
        frames = double.takeOutgoing()
        #expect(texts(frames, 8) == ["{\"n\":3}"])
        #expect(texts(frames, 7) == ["{\"n\":4}\twith a tab"])
        #expect(double.hasEnded)
    }

    @Test func `speed scales the pace`() throws {
        let speed = try #require(PlaybackSpeed("2"))
        let double = RecordingDouble(try Recording(Array(small.utf8)), speed: speed)
        double.opened(1, path: "/v5/public/linear", at: at(0))
        double.received(subscribe, on: 1, at: at(0))
        double.advance(to: at(99))
        #expect(texts(double.takeOutgoing(), 1).count == 1)
        double.advance(to: at(100))
        #expect(texts(double.takeOutgoing(), 1).count == 1)
    }

    @Test(arguments: [("1", 100), ("2.5", 250), ("0.25", 25), ("0", 0), ("max", 0)])
    func `speeds are read`(_ text: String, _ hundredths: Int64) {
        #expect(PlaybackSpeed(text)?.hundredths == hundredths)
    }

    @Test(arguments: ["", "-1", "-0.5", "1.234", "fast", "1e3", "1.", "99999999999"])
    func `other speeds are refused`(_ text: String) {
        #expect(PlaybackSpeed(text) == nil)
    }

    @Test func `a late client is brought up from the start and gets each frame once`() throws {
        let double = RecordingDouble(try Recording(Array(small.utf8)))
        double.opened(1, path: "/v5/public/linear", at: at(0))
        double.received(subscribe, on: 1, at: at(0))
        double.advance(to: at(500))
        #expect(texts(double.takeOutgoing(), 1) == ["{\"n\":1}", "{\"n\":3}"])
        double.closed(1, at: at(600))
        double.opened(2, path: "/v5/public/linear", at: at(700))
        double.received(subscribe, on: 2, at: at(700))
        double.advance(to: at(800))
        #expect(texts(double.takeOutgoing(), 2) == ["{\"n\":1}", "{\"n\":3}"])
    }

    @Test func `answers are found by path and subject, whatever the other fields`() throws {
        let double = RecordingDouble(try Recording(Array(small.utf8)))
        func body(_ target: String) -> String {
            String(decoding: double.respond(to: get(target), at: at(0)).body, as: UTF8.self)
        }
        #expect(body("/v5/market/instruments-info?category=spot") == "{\"category\":\"spot\"}")
        #expect(
            body("/v5/market/instruments-info?category=linear&symbol=BTCUSDT") == "{\"category\":\"linear\"}")
        #expect(body("/v5/market/orderbook?category=spot&symbol=btcusdt&limit=1") == "{\"first\":true}")
        #expect(double.respond(to: get("/v5/market/orderbook?symbol=ETHUSDT"), at: at(0)).status == 404)
        #expect(double.respond(to: get("/v5/market/tickers"), at: at(0)).status == 404)
    }

    @Test func `a clock is asked, never repeated`() throws {
        let recorded = "# {\"venue\":\"bybit\",\"symbols\":[]}\n5\thttp GET /v5/market/time\t{\"time\":5}"
        let double = RecordingDouble(try Recording(Array(recorded.utf8)))
        let answer = double.respond(to: get("/v5/market/time"), at: Moment(nanoseconds: 7_000_000_000))
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("\"time\":7000"))
    }

    @Test func `the latest answer that playback has passed is served`() throws {
        let double = RecordingDouble(try Recording(Array(small.utf8)))
        double.opened(1, path: "/v5/public/spot", at: at(0))
        double.received(subscribe, on: 1, at: at(0))
        double.advance(to: at(1000))
        let answer = double.respond(
            to: get("/v5/market/orderbook?category=spot&symbol=BTCUSDT"), at: at(1000))
        #expect(String(decoding: answer.body, as: UTF8.self) == "{\"second\":true}")
    }

    @Test func `an ended recording keeps its connections alive`() throws {
        let double = RecordingDouble(try Recording(Array(small.utf8)), speed: .unbounded)
        double.opened(1, path: "/v5/public/linear", at: at(0))
        double.received(subscribe, on: 1, at: at(0))
        double.advance(to: at(1))
        #expect(texts(double.takeOutgoing(), 1).count == 2)
        double.advance(to: at(1) + .seconds(11))
        let idle = double.takeOutgoing()
        #expect(idle.count == 1)
        guard case .ping = idle.first?.content else {
            Issue.record("no ping")
            return
        }
        double.received(Array(#"{"op":"ping","req_id":"9"}"#.utf8), on: 1, at: at(2) + .seconds(11))
        #expect(texts(double.takeOutgoing(), 1).first?.contains("\"req_id\":\"9\"") == true)
    }

    @Test func `a recorded close is repeated when the recorder came back`() throws {
        let text = """
            # {"venue":"okx"}
            10\topen1\twss://ws.okx.com:8443/ws/v5/public
            20\tws1\ta
            30\tclose1\t
            40\topen2\twss://ws.okx.com:8443/ws/v5/public
            50\tws2\tb
            """
        let double = RecordingDouble(try Recording(Array(text.utf8)))
        double.opened(1, path: "/ws/v5/public", at: at(0))
        double.received(subscribe, on: 1, at: at(0))
        double.advance(to: at(15))
        let frames = double.takeOutgoing()
        #expect(texts(frames, 1) == ["a"])
        guard case .close = frames.last?.content else {
            Issue.record("no close")
            return
        }
        double.closed(1, at: at(15))
        double.opened(2, path: "/ws/v5/public", at: at(16))
        double.received(subscribe, on: 2, at: at(16))
        double.advance(to: at(40))
        #expect(texts(double.takeOutgoing(), 2) == ["b"])
    }

    @Test func `what was not recorded is answered by a funded account of the same venue`() throws {
        let text = """
            # {"venue":"kraken"}
            10\topen1\twss://ws.kraken.com/v2
            20\tws1\t{"channel":"book","recorded":true}
            """
        let played = DoubleCatalog.play(
            try Recording(Array(text.utf8)), speed: .unbounded, instruments: DoubleCatalog.demoInstruments,
            account: DoubleDriver.account, start: DoubleDriver.start)
        let driver = DoubleDriver(played)
        #expect(played.truth.balances.first { $0.asset == "BTC" }?.total == (try Amount(text: "5")))
        #expect(try driver.request("GET", "/0/public/Time").json["error"]?.elements?.isEmpty == true)

        let body = "nonce=1"
        let path = "/0/private/GetWebSocketsToken"
        let secret = try #require(Base64.decode(DoubleDriver.account.secret))
        let sign = KrakenDouble.signature(path: path, nonce: "1", body: Array(body.utf8), secret: secret)
        let headers = [
            (name: "api-key", value: DoubleDriver.account.apiKey), (name: "api-sign", value: sign),
        ]
        let answer = try driver.request("POST", path, headers: headers, body: body).json
        let token = try #require(answer.at("result", "token")?.string)

        driver.open(1, "/v2")
        driver.open(2, "/v2")
        driver.say(#"{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USDT"]}}"#, on: 1)
        driver.say(
            "{\"method\":\"subscribe\",\"params\":{\"channel\":\"balances\",\"token\":\"\(token)\"}}", on: 2)
        driver.wait(.milliseconds(100))
        #expect(
            driver.take(1).map { $0["recorded"] } == [.bool(true)], "the market is the recorded one alone")
        let told = driver.take(2)
        #expect(told.contains { $0["channel"]?.string == "balances" && $0["type"]?.string == "snapshot" })
        #expect(!told.contains { $0["channel"]?.string == "book" })
    }

    @Test(.enabled(if: SharedFiles.exist), arguments: SharedFiles.recordings)
    func `a real recording comes out byte for byte, in bounded batches`(_ name: String) throws {
        let bytes = try SharedFiles.unzipped("recordings/\(name)")
        let recording = try Recording(bytes)
        let double = RecordingDouble(recording, speed: .unbounded)
        for (number, connection) in recording.connections.enumerated() {
            double.opened(number, path: connection.path ?? "/stream?streams=x", at: at(0))
            double.received(Array(#"{"method":"SUBSCRIBE","params":[]}"#.utf8), on: number, at: at(0))
        }
        var played: [[UInt8]] = Array(repeating: [], count: recording.connections.count)
        var rounds: Int64 = 0
        while !double.hasEnded {
            rounds += 1
            try #require(rounds < 10_000)
            double.advance(to: at(rounds))
            let frames = double.takeOutgoing()
            #expect(frames.count <= RecordingDouble.framesPerAdvance * recording.connections.count)
            for frame in frames {
                guard case .text(let text) = frame.content else { continue }
                played[frame.connection] += text + [0x0A]
            }
        }
        for (number, connection) in recording.connections.enumerated() {
            let marker = Array("\tws\(connection.number)\t".utf8)
            #expect(played[number] == SharedFiles.payloads(of: marker, in: bytes))
        }
    }
}
