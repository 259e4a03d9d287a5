import SimulatedWorld
import Testing
import VenueServer

@Suite(.timeLimit(.minutes(2))) struct `HTTP on a venue host` {
    @Test func `many requests share one connection`() async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                for number in 0..<50 {
                    let answer = try await wire.get("/a/\(number)?x=%20y", "X-Test: v\(number)\r\n")
                    #expect(answer.status == 200)
                    #expect(answer.body == "GET /a/\(number)?x=%20y v\(number) ")
                    #expect(answer.headers["content-length"] == "\(answer.body.utf8.count)")
                    #expect(answer.headers["content-type"] == "text/plain")
                    #expect(answer.headers["connection"] == nil)
                }
            }
            let counters = await host.counters()
            #expect(counters.connections == 1)
            #expect(counters.requests == 50)
            #expect(await host.truth().fillCount == 50)
        }
    }

    @Test func `bodies arrive whole, chunked or not, and pipelined requests are answered in order`()
        async throws
    {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                try await wire.send("POST /o HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n{\"a\":1}")
                #expect(try await wire.answer().body == "POST /o - {\"a\":1}")
                try await wire.send(
                    "DELETE /o HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
                try await wire.send("2\r\nde\r\n0\r\n\r\n")
                #expect(try await wire.answer().body == "DELETE /o - abcde")
                try await wire.send((1...3).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
                for number in 1...3 { #expect(try await wire.answer().body == "GET /\(number) - ") }
            }
        }
    }

    @Test func `large answers, other statuses, HEAD and a closing client`() async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                #expect(try await wire.get("/big/6000000").body.utf8.count == 6_000_000)
                let pot = try await wire.get("/teapot")
                #expect(pot.status == 418)
                #expect(pot.headers == ["x-kind": "pot", "content-length": "0"])
                try await wire.send("HEAD /big/10 HTTP/1.1\r\nHost: x\r\n\r\n")
                let head = try await wire.answer(bodyless: true)
                #expect(head.headers["content-length"] == "10")
                let last = try await wire.get("/big/3000000", "Connection: close\r\n")
                #expect(last.headers["connection"] == "close")
                #expect(last.body.utf8.count == 3_000_000)
                #expect(await wire.isOver())
            }
        }
    }

    @Test func `a client that asks first may send its body`() async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                try await wire.send(
                    "POST /o HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
                #expect(try await wire.answer().status == 100)
                try await wire.send("ok")
                #expect(try await wire.answer().body == "POST /o - ok")
            }
        }
    }

    @Test(arguments: [true, false]) func `a body over 1 MiB is refused`(announced: Bool) async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                let size = (1 << 20) + 1
                let framing = announced ? "Content-Length: \(size)" : "Transfer-Encoding: chunked"
                try await wire.send("POST /o HTTP/1.1\r\nHost: x\r\n\(framing)\r\n\r\n")
                if !announced { try await wire.send("\(String(size, radix: 16))\r\n") }
                try await wire.send([UInt8](repeating: 97, count: size))
                let answer = try await wire.answer()
                #expect(answer.status == 413)
                #expect(answer.headers["connection"] == "close")
                #expect(await wire.isOver())
            }
            #expect(await host.counters().requests == 0)
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                try await wire.send("POST /o HTTP/1.1\r\nHost: x\r\nContent-Length: \(1 << 20)\r\n\r\n")
                try await wire.send([UInt8](repeating: 97, count: 1 << 20))
                #expect(try await wire.answer().status == 200)
            }
        }
    }

    struct Malformed: CustomTestStringConvertible, Sendable {
        let text: String
        var testDescription: String { "\(text.prefix(40).debugDescription), \(text.utf8.count) bytes" }

        static let all: [Malformed] = [
            "rubbish\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET  HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nno colon\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
            "GET / HTTP/1.1\r\nX: " + String(repeating: "y", count: 20_000) + "\r\n\r\n",
            "GET /" + String(repeating: "y", count: 200_000) + " HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\n" + (0..<300).map { "a\($0): b\r\n" }.joined() + "\r\n",
        ].map { Malformed(text: $0) }
    }

    @Test(arguments: Malformed.all)
    func `malformed requests end their connection, not the host`(malformed: Malformed) async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                do {
                    try await wire.send(malformed.text)
                    #expect(try await wire.answer().status == 400)
                } catch is Wire.Gone {}
                _ = await wire.isOver()
            }
            try await stillServes(host, authority)
        }
    }

    @Test func `half a request, half a handshake and plain HTTP do no harm`() async throws {
        try await withHost { host, authority in
            for part in [
                "", "G", "GET / HTTP/1.1\r\nHos", "POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc",
            ] {
                try await Wire.open(host.port, ca: authority.caPath) { try await $0.send(part) }
                try await Wire.openPlain(host.port) { try await $0.send(part) }
            }
            // the first bytes of a TLS client hello, and nothing more
            try await Wire.openPlain(host.port) { wire in
                try await wire.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00])
                try await stillServes(host, authority)
            }
            try await Wire.openPlain(host.port) { wire in
                try await wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = await wire.isOver()
            }
            #expect(await host.counters().requests == 1)
        }
    }

    @Test func `random bytes inside TLS never end the host`() async throws {
        try await withHost { host, authority in
            var random = SplitMix(state: 42)
            let pieces = [
                "GET ", "/ ", "HTTP/1.1", "\r\n", "\r\n\r\n", "Content-Length: ", "5", "Host: x\r\n", "POST ",
                "Transfer-Encoding: chunked\r\n", "Upgrade: websocket\r\n", "Connection: Upgrade\r\n",
                "Expect: 100-continue\r\n",
                Wire.upgrade, "0\r\n\r\n", "\u{0}", "GET / HTTP/1.1\r\n", ":", " ", "HEAD / HTTP/1.1\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n", "Connection: close\r\n",
            ]
            for _ in 0..<150 {
                var text = ""
                for _ in 0..<Int.random(in: 1...12, using: &random) {
                    text += pieces.randomElement(using: &random) ?? ""
                }
                let attack = text
                _ = await Result {
                    try await Wire.open(host.port, ca: authority.caPath) { try await $0.send(attack) }
                }
            }
            try await stillServes(host, authority)
        }
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
