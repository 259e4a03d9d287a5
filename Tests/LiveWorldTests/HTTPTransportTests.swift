import Ports
import Synchronization
import Testing
import TradingModel

@testable import LiveWorld

extension LoopbackVenue.Connection {
    /// Reads one request: its first line and its body.
    fileprivate func readRequest() throws -> (line: String, body: [UInt8]) {
        let head = try read(through: "\r\n\r\n")
        let lines = head.split(separator: "\r\n")
        let length = lines.first { $0.hasPrefix("Content-Length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
        return (String(lines.first ?? ""), try read(length))
    }
    fileprivate func answer(_ body: String, status: Int = 200, extra: String = "") throws {
        try write("HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(extra)\r\n\(body)")
    }
    /// Answers every request with its number on the connection and what it asked.
    fileprivate func serve() throws {
        var number = 0
        while true {
            let request = try readRequest()
            number += 1
            try answer("\(self.number).\(number) \(request.line) \(request.body.count)")
        }
    }
}

extension Result where Success == HTTPResponse, Failure == TransportFault {
    fileprivate var text: String? {
        if case .success(let response) = self { String(decoding: response.body, as: UTF8.self) } else { nil }
    }
    fileprivate var fault: TransportFault? {
        if case .failure(let fault) = self { fault } else { nil }
    }
}

@Suite struct `HTTPS requests` {
    @Test func `requests follow one another on one connection`() async throws {
        let bench = try Bench { try $0.serve() }
        for number in 1...50 {
            let answer = await bench.request("/a?n=\(number)", method: "POST", body: [1, 2, 3])
            #expect(answer.text == "1.\(number) POST /a?n=\(number) HTTP/1.1 3")
        }
        #expect(bench.venue.connectionCount == 1)
        bench.stop()
    }

    @Test func `requests at once share at most eight connections, and all are answered`() async throws {
        let bench = try Bench { try $0.serve() }
        let answers = await withTaskGroup(of: String?.self) { group in
            for number in 0..<100 { group.addTask { await bench.request("/\(number)").text } }
            return await group.reduce(into: Set<String>()) { set, text in
                if let text { set.insert(String(text.split(separator: " ")[2])) }
            }
        }
        #expect(answers == Set((0..<100).map { "/\($0)" }))
        #expect((1...8).contains(bench.venue.connectionCount))
        bench.stop()
    }

    @Test func `warm connections stand before the first request and serve it`() async throws {
        let handshakes = AsyncSignal()
        let count = Mutex(0)
        let bench = try Bench { venue in
            if count.withLock({
                $0 += 1
                return $0
            }) == 3 {
                handshakes.ring()
            }
            try venue.serve()
        }
        bench.transport.warm(bench.origin, connections: 3, lane: bench.lane)
        await handshakes.wait()
        #expect(await bench.request("/x").text != nil)
        #expect(bench.venue.connectionCount == 3)
        bench.stop()
    }

    @Test func `the answer knows when the request left, and onSent comes before it`() async throws {
        let bench = try Bench { try $0.serve() }
        let sent = Mutex<Moment?>(nil)
        let before = LiveClock.now
        let answer = await bench.request("/x") { moment in sent.withLock { $0 = moment } }
        guard case .success(let response) = answer, let sentAt = sent.withLock({ $0 }) else {
            Issue.record("\(answer)")
            return
        }
        #expect(before <= response.sentAt && response.sentAt <= sentAt)
        #expect(sentAt <= LiveClock.now && response.sentAt <= response.receivedAt)
        bench.stop()
    }

    @Test func `a body larger than the socket takes at once arrives whole`() async throws {
        let bench = try Bench { venue in
            let request = try venue.readRequest()
            try venue.answer("\(request.body.reduce(0) { $0 &+ Int($1) })")
            venue.waitForEnd()
        }
        var random = SplitMix(seed: 4)
        let body = random.bytes(9_000_000)
        let sent = Mutex(0)
        let answer = await bench.request("/x", method: "POST", body: body) { _ in sent.withLock { $0 += 1 } }
        #expect(answer.text == "\(body.reduce(0) { $0 &+ Int($1) })")
        #expect(sent.withLock { $0 } == 1)
        bench.stop()
    }

    @Test func `a request on a connection the server has left moves to another, and is sent once`()
        async throws
    {
        let left = AsyncSignal()
        let requests = Mutex(0)
        let bench = try Bench { venue in
            while true {
                _ = try venue.readRequest()
                requests.withLock { $0 += 1 }
                try venue.answer("ok")
                if venue.number == 1 {
                    venue.farewell()
                    venue.cut()
                    left.ring()
                    return
                }
            }
        }
        #expect(await bench.request("/1").text == "ok")
        await left.wait()
        #expect(await bench.request("/2").text == "ok")
        #expect(requests.withLock { $0 } == 2)
        #expect(bench.venue.connectionCount == 2)
        bench.stop()
    }

    @Test func `a connection that ends after the request was written is lost, never repeated`() async throws {
        let requests = Mutex(0)
        let bench = try Bench { venue in
            _ = try venue.readRequest()
            requests.withLock { $0 += 1 }
            venue.cut()
        }
        guard case .lost = await bench.request("/order", method: "POST").fault else {
            Issue.record("not lost")
            return
        }
        #expect(requests.withLock { $0 } == 1)
        bench.stop()
    }

    @Test func `half an answer is lost too`() async throws {
        let bench = try Bench { venue in
            _ = try venue.readRequest()
            try venue.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            venue.farewell()
        }
        guard case .lost = await bench.request("/x").fault else {
            Issue.record("not lost")
            return
        }
        bench.stop()
    }

    @Test func `no answer in time is a timeout, and the late answer meets no other request`() async throws {
        let bench = try Bench { venue in
            if venue.number == 1 {
                _ = try venue.readRequest()
                venue.waitForEnd()
            } else {
                try venue.serve()
            }
        }
        #expect(await bench.request("/slow", within: .milliseconds(100)).fault == .timedOut)
        #expect(await bench.request("/next").text == "2.1 GET /next HTTP/1.1 0")
        bench.stop()
    }

    @Test func `a deadline that passes before a connection stands proves that nothing was sent`() async throws
    {
        let bench = try Bench { try $0.serve() }
        for within in [Span.zero, Span.nanoseconds(-5)] {
            guard case .neverSent = await bench.request("/x", within: within).fault else {
                Issue.record("not proven")
                return
            }
        }
        bench.stop()
    }

    @Test func `a server that takes no connections proves it too`() async throws {
        let bench = try Bench { _ in }
        bench.venue.stop()
        guard case .neverSent(let reason) = await bench.request("/x").fault else {
            Issue.record("not proven")
            return
        }
        #expect(reason.contains("refused"))
        bench.lane.stop()
    }

    @Test(arguments: [
        "HTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        "\u{0}\u{1}\u{2}\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func `a malformed answer is lost and its connection closed`(_ wire: String) async throws {
        let bench = try Bench { venue in
            if venue.number > 1 { return try venue.serve() }
            _ = try venue.readRequest()
            try venue.write(wire)
            venue.waitForEnd()
        }
        guard case .lost(let reason) = await bench.request("/x").fault else {
            Issue.record("not lost")
            return
        }
        #expect(reason.contains("malformed"))
        #expect(await bench.request("/y").text == "2.1 GET /y HTTP/1.1 0")
        bench.stop()
    }

    @Test func `an answer nobody asked for ends its connection, not the next request`() async throws {
        let spoken = AsyncSignal()
        let bench = try Bench { venue in
            if venue.number > 1 { return try venue.serve() }
            _ = try venue.readRequest()
            try venue.answer("first")
            try venue.answer("unasked")
            spoken.ring()
            venue.waitForEnd()
        }
        #expect(await bench.request("/1").text == "first")
        await spoken.wait()
        #expect(await bench.request("/2").text == "2.1 GET /2 HTTP/1.1 0")
        bench.stop()
    }

    @Test func `an answer that ends with its connection counts when the server said goodbye`() async throws {
        let bench = try Bench { venue in
            _ = try venue.readRequest()
            try venue.write("HTTP/1.1 200 OK\r\n\r\nto the end")
            if venue.number == 1 { venue.farewell() } else { venue.cut() }
        }
        #expect(await bench.request("/1").text == "to the end")
        guard case .lost = await bench.request("/2").fault else {
            Issue.record("a cut answer was taken for whole")
            return
        }
        bench.stop()
    }

    @Test func `what cannot be written safely is refused before anything is sent`() async throws {
        let bench = try Bench { try $0.serve() }
        for fault in [
            await bench.request("/a b").fault, await bench.request("/", method: "GET X").fault,
            await bench.request("/", origin: "http://localhost").fault,
            await bench.request("/", origin: "https://localhost/path").fault,
        ] {
            guard case .neverSent = fault else {
                Issue.record("\(String(describing: fault))")
                return
            }
        }
        #expect(bench.venue.connectionCount == 0)
        bench.stop()
    }

    @Test func `a lane that stops ends its requests`() async throws {
        let asked = AsyncSignal()
        let bench = try Bench { venue in
            _ = try venue.readRequest()
            asked.ring()
            venue.waitForEnd()
        }
        async let answer = bench.request("/x", within: .seconds(60))
        await asked.wait()
        bench.stop()
        guard case .lost = await answer.fault else {
            Issue.record("not lost")
            return
        }
    }
}

@Suite struct `The live world as a whole` {
    @Test func `it is made, works and shuts down`() async throws {
        let scratch = try Scratch()
        let live = try LiveWorld.make(
            dataDirectory: scratch.file("data"), limits: OutboxLimits(lowWater: 1 << 20, ballast: 0))
        let world = live.world
        let last = try await Task(executorPreference: world.storeLane) {
            let outbox = try world.openOutbox()
            defer { outbox.close() }
            return try outbox.append([[1], [2]])
        }.value
        #expect(last == 2)
        #expect(world.entropy.next() != world.entropy.next())
        live.shutdown()
    }
}
