import Testing
import VenueServer

@Suite(.timeLimit(.minutes(2))) struct `WebSockets on a venue host` {
    @Test func `a socket opens on any path and echoes`() async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                let offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                try await wire.upgrade("/stream?streams=a@b/c", extra: offer)
                #expect(try await wire.frame() == .text("hello /stream?streams=a@b/c"))
                for number in 0..<100 {
                    try await wire.say("message \(number) \u{1F600}")
                    #expect(try await wire.frame() == .text("message \(number) \u{1F600}"))
                }
            }
            try await eventually {
                await host.withDouble { double, _ in
                    (double as? EchoDouble)?.openConnections.isEmpty ?? false
                } == true
            }
            #expect(await host.counters().sockets == 1)
        }
    }

    @Test func `frames in the same packet as the request to open are not lost`() async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                try await wire.upgrade("/ws", behind: Wire.bytes(Array("early".utf8)))
                #expect(try await wire.frame() == .text("hello /ws"))
                #expect(try await wire.frame() == .text("early"))
            }
        }
    }

    @Test(arguments: [0, 125, 126, 65_535, 65_536, 1 << 20]) func `messages of every length pass`(size: Int)
        async throws
    {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                try await wire.upgrade("/")
                _ = try await wire.frame()
                let text = String(repeating: "x", count: size)
                try await wire.say(text)
                #expect(try await wire.frame() == .text(text))
            }
        }
    }

    @Test func `fragments are joined, with pings between them answered`() async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                try await wire.upgrade("/")
                _ = try await wire.frame()
                // a character of four bytes torn over two fragments
                let face = Array("\u{1F600}".utf8)
                try await wire.send(Wire.bytes([97] + face[..<2], fin: false))
                try await wire.send(Wire.bytes([1, 2, 3], opcode: 9))
                #expect(try await wire.frame() == Wire.Frame(opcode: 10, payload: [1, 2, 3]))
                try await wire.send(Wire.bytes([], opcode: 0, fin: false))
                try await wire.send(Wire.bytes(face[2...] + [98], opcode: 0))
                #expect(try await wire.frame() == .text("a\u{1F600}b"))
            }
        }
    }

    @Test func `the venue pings and closes, and the client closes`() async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                try await wire.upgrade("/")
                _ = try await wire.frame()
                try await wire.say("ping")
                #expect(try await wire.frame() == Wire.Frame(opcode: 9, payload: []))
                try await wire.send(Wire.bytes([], opcode: 10))
                try await wire.say("bye")
                #expect(try await wire.frame() == .text("last"))
                #expect(try await wire.frame() == .close(4001, "as you wish"))
                try await wire.say("ignored after a close")
                try await wire.send(Wire.bytes([0x0F, 0xA1], opcode: 8))
                #expect(await wire.isOver())
            }
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                try await wire.upgrade("/")
                _ = try await wire.frame()
                try await wire.send(Wire.bytes([0x03, 0xE9], opcode: 8))
                #expect(try await wire.frame() == .close(1001))
                #expect(await wire.isOver())
            }
        }
    }

    struct Violation: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let code: UInt16
        let bytes: [UInt8]
        init(_ name: String, _ code: UInt16, _ bytes: [UInt8]) {
            testDescription = name
            self.code = code
            self.bytes = bytes
        }

        static let all = [
            Violation("binary", 1003, Wire.bytes([1], opcode: 2)),
            Violation("bad UTF-8", 1007, Wire.bytes([0xFF, 0xFE])),
            Violation("unmasked", 1002, Wire.bytes([97], masked: false)),
            Violation("reserved bit", 1002, Wire.bytes([97], rsv: 4)),
            Violation("reserved opcode", 1002, Wire.bytes([97], opcode: 3)),
            Violation("lone continuation", 1002, Wire.bytes([97], opcode: 0)),
            Violation("new message inside another", 1002, Wire.bytes([97], fin: false) + Wire.bytes([97])),
            Violation("fragmented ping", 1002, Wire.bytes([97], opcode: 9, fin: false)),
            Violation("long ping", 1002, Wire.bytes([UInt8](repeating: 97, count: 126), opcode: 9)),
            Violation("over 1 MiB", 1009, Wire.bytes([UInt8](repeating: 97, count: (1 << 20) + 1))),
            Violation(
                "absurd length", 1009, [0x81, 0xFF] + [UInt8](repeating: 0xFF, count: 8) + [1, 2, 3, 4]),
            Violation(
                "over 1 MiB in fragments", 1009,
                Wire.bytes([UInt8](repeating: 97, count: 1 << 20), fin: false) + Wire.bytes([97], opcode: 0)),
        ]
    }

    @Test(arguments: Violation.all)
    func `a violation is answered with its close code`(violation: Violation) async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                try await wire.upgrade("/")
                _ = try await wire.frame()
                _ = await Result { try await wire.send(violation.bytes) }
                let answer = try await wire.frame()
                #expect(answer.opcode == 8)
                #expect(answer.payload.prefix(2).elementsEqual(Wire.Frame.close(violation.code).payload))
                #expect(await wire.isOver())
            }
            try await stillServes(host, authority)
        }
    }

    @Test(arguments: [
        "Upgrade: websocket\r\nConnection: Upgrade\r\n", "Upgrade: h2c\r\nConnection: Upgrade\r\n",
    ])
    func `a request that only pretends to upgrade is answered, then the connection ends`(
        headers: String
    ) async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                let answer = try await wire.get("/x", headers)
                #expect(answer.status == 200)
                #expect(answer.body == "GET /x - ")
                #expect(answer.headers["connection"] == "close")
                #expect(await wire.isOver())
            }
            #expect(await host.counters().sockets == 0)
        }
    }

    @Test func `a socket behind requests on one connection is not opened but answered`() async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                _ = try await wire.get("/first")
                #expect(try await wire.get("/second", Wire.upgrade).headers["connection"] == "close")
                #expect(await wire.isOver())
            }
        }
    }

    @Test func `a slow reader is cut off, the others live on`() async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { slow in
                try await slow.upgrade("/slow")
                _ = try await slow.frame()
                try await slow.say("flood 1000")
                try await slow.say("one more")
                try await eventually { await host.counters().slowReaders == 1 }
                try await Wire.open(host.port, ca: authority.caPath) { other in
                    try await other.upgrade("/other")
                    #expect(try await other.frame() == .text("hello /other"))
                    try await other.say("flood 100")
                    for _ in 0..<100 { #expect(try await other.frame().payload.count == 64 << 10) }
                }
            }
            #expect(await host.counters().slowReaders == 1)
        }
    }

    @Test func `a frame larger than the slow reader's allowance reaches a reader that reads`() async throws {
        try await withHost { host, authority in
            try await Wire.open(host.port, ca: authority.caPath) { wire in
                try await wire.upgrade("/")
                _ = try await wire.frame()
                try await wire.say("huge")
                #expect(try await wire.frame().payload.count == 20 << 20)
                try await wire.say("flood 200")
                for _ in 0..<200 { #expect(try await wire.frame().payload.count == 64 << 10) }
            }
            #expect(await host.counters().slowReaders == 0)
        }
    }

    @Test func `clients that vanish at any moment are noticed once`() async throws {
        try await withHost { host, authority in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        _ = await Result {
                            try await Wire.open(host.port, ca: authority.caPath) { wire in
                                if number % 4 == 0 { return }
                                try await wire.upgrade("/\(number)")
                                if number % 4 == 1 { return }
                                try await wire.say("flood 30")
                                if number % 4 == 2 { return }
                                _ = try await wire.frame()
                                try await wire.send(Array(Wire.bytes(Array("torn".utf8)).prefix(4)))
                            }
                        }
                    }
                }
            }
            // EchoDouble traps when a connection is closed twice or never opened
            try await eventually {
                await host.withDouble { double, _ in
                    (double as? EchoDouble)?.openConnections.isEmpty ?? false
                } == true
            }
            try await stillServes(host, authority)
        }
    }

    @Test func `many clients at once each get their own frames in order`() async throws {
        try await withHost { host, authority in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<20 {
                    group.addTask {
                        try await Wire.open(host.port, ca: authority.caPath) { wire in
                            try await wire.upgrade("/\(client)")
                            #expect(try await wire.frame() == .text("hello /\(client)"))
                            for round in 0..<50 { try await wire.say("\(client) \(round)") }
                            for round in 0..<50 {
                                #expect(try await wire.frame() == .text("\(client) \(round)"))
                            }
                        }
                    }
                    group.addTask {
                        try await Wire.open(host.port, ca: authority.caPath) { wire in
                            for round in 0..<20 {
                                let answer = try await wire.get("/\(client)/\(round)")
                                #expect(answer.status == 200)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let counters = await host.counters()
            #expect(counters.sockets == 20)
            #expect(counters.framesIn == 1000)
            #expect(counters.framesOut == 1020)
            #expect(counters.requests == 400)
        }
    }
}
