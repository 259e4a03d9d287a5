import Dispatch
import Ports
import Synchronization
import Testing
import TradingModel

@testable import LiveWorld

@Suite struct `WebSockets over TLS` {
    @Test func `a socket opens, speaks both ways and closes, each told once and in order`() async throws {
        let bench = try Bench { venue in
            try venue.acceptWebSocket()
            while case let frame = try venue.receive(), frame.opcode == 1 {
                try venue.send(0x81, frame.payload.reversed())
            }
            venue.farewell()
        }
        let listener = Listener(bench.lane) { socket, heard in
            switch heard {
            case .opened: #expect(socket.send(Array("abc".utf8)))
            case .message: socket.close()
            case .pinged: Issue.record("nobody pinged")
            case .closed: #expect(!socket.send([1]))
            }
        }
        _ = bench.connect(listener)
        let heard = await listener.heard(3)
        #expect(heard == [.opened, .message(Array("cba".utf8)), .closed("closed by the node")])
        bench.stop()
        #expect(listener.soFar.count == 3)
    }

    @Test func `messages arrive whole, however frames and records are torn`() async throws {
        var random = SplitMix(seed: 17)
        let sizes = [0, 1, 125, 126, 65_535, 65_536, 100_000, 3_000_000]
        let messages = sizes.map { random.bytes($0) }
        let cuts = (0..<400).map { _ in Int(random.next() % 9_000 + 1) }
        let bench = try Bench { venue in
            try venue.acceptWebSocket()
            var wire: [UInt8] = []
            for message in messages {
                wire += LoopbackVenue.Connection.frame(0x82, message)
                // The same message again in three frames, with a ping between them.
                let third = message.count / 3
                wire += LoopbackVenue.Connection.frame(0x02, Array(message[..<third]))
                wire += LoopbackVenue.Connection.frame(0x89, [1, 2, 3])
                wire += LoopbackVenue.Connection.frame(0x00, Array(message[third..<(2 * third)]))
                wire += LoopbackVenue.Connection.frame(0x80, Array(message[(2 * third)...]))
            }
            var offset = 0
            var index = 0
            while offset < wire.count {
                // Small pieces first, then whole ones: each piece is a TLS record of its own.
                let count = min(index < cuts.count ? cuts[index] : 1 << 20, wire.count - offset)
                try venue.write(Array(wire[offset..<(offset + count)]))
                offset += count
                index += 1
            }
            for _ in messages {
                let pong = try venue.receive()
                guard pong.opcode == 10, pong.payload == [1, 2, 3] else { return }
            }
            try venue.sendText("pongs counted")
            venue.waitForEnd()
        }
        let listener = Listener(bench.lane)
        _ = bench.connect(listener)
        let heard = await listener.heard(2 + 3 * messages.count)
        let expected =
            [.opened] + messages.flatMap { [Listener.Heard.message($0), .pinged, .message($0)] }
            + [.message(Array("pongs counted".utf8))]
        #expect(heard == expected)
        bench.stop()
    }

    @Test(arguments: ["", "; server_no_context_takeover"])
    func `compressed messages come out whole`(_ parameters: String) async throws {
        var random = SplitMix(seed: 8)
        let messages = [random.bytes(10), [UInt8](repeating: 97, count: 200_000), [], random.bytes(50_000)]
        let bench = try Bench { venue in
            try venue.acceptWebSocket(
                extensions: "permessage-deflate; client_no_context_takeover" + parameters)
            let deflater = Deflater(forgetsBetweenMessages: !parameters.isEmpty)
            for message in messages {
                try venue.send(0xC1, deflater.deflate(message))
                let wire = deflater.deflate(message)
                try venue.send(0x41, Array(wire[..<(wire.count / 2)]))
                try venue.send(0x80, Array(wire[(wire.count / 2)...]))
                try venue.send(0x81, message)
            }
            venue.waitForEnd()
        }
        let listener = Listener(bench.lane)
        _ = bench.connect(listener)
        let heard = await listener.heard(1 + 3 * messages.count)
        #expect(heard == [.opened] + messages.flatMap { [Listener.Heard](repeating: .message($0), count: 3) })
        bench.stop()
    }

    @Test(
        arguments: [
            ("a masked frame", [0x81, 0x80, 0, 0, 0, 0]), ("an unknown opcode", [0x83, 0]),
            ("a reserved bit", [0xA1, 0]),
            ("compression nobody agreed on", [0xC1, 0]), ("a long ping", [0x89, 126, 0, 126]),
            ("a fragmented ping", [0x09, 0]), ("a continuation of nothing", [0x80, 0]),
            ("a message inside a message", [0x01, 0, 0x81, 0]),
            ("an oversized frame", [0x82, 127, 0, 0, 0, 0, 4, 0, 0, 0]),
            ("a close frame of one byte", [0x88, 1, 3]),
        ] as [(String, [UInt8])])
    func `what RFC 6455 forbids closes the socket with a reason, and the venue is told`(
        _ name: String, _ wire: [UInt8]
    ) async throws {
        let told = Mutex<UInt16?>(nil)
        let done = AsyncSignal()
        let bench = try Bench { venue in
            defer { done.ring() }
            try venue.acceptWebSocket()
            try venue.write(wire)
            let frame = try venue.receive()
            if frame.opcode == 8 {
                told.withLock { $0 = UInt16(frame.payload[0]) << 8 | UInt16(frame.payload[1]) }
            }
        }
        let listener = Listener(bench.lane)
        _ = bench.connect(listener)
        #expect(await listener.end().hasPrefix("closed by the node: "))
        await done.wait()
        #expect(told.withLock { $0 } == (name == "an oversized frame" ? 1009 : 1002))
        bench.stop()
    }

    @Test func `a message over 32 MiB in many frames is stopped`() async throws {
        let bench = try Bench { venue in
            try venue.acceptWebSocket()
            let piece = [UInt8](repeating: 7, count: 1 << 20)
            try venue.send(0x02, piece)
            for _ in 0..<40 { try venue.send(0x00, piece) }
        }
        let listener = Listener(bench.lane)
        _ = bench.connect(listener)
        #expect(await listener.end().contains("over"))
        #expect(listener.soFar.count == 2)
        bench.stop()
    }

    @Test func `the venue's own close is told with its code and text`() async throws {
        let bench = try Bench { venue in
            try venue.acceptWebSocket()
            try venue.send(0x88, [0x03, 0xE9] + Array("maintenance".utf8))
            venue.waitForEnd()
        }
        let listener = Listener(bench.lane)
        _ = bench.connect(listener)
        #expect(await listener.end() == "closed by the venue: 1001 maintenance")
        bench.stop()
    }

    @Test func `a refused upgrade tells the status and the wait`() async throws {
        let bench = try Bench { venue in
            _ = try venue.read(through: "\r\n\r\n")
            try venue.write(
                "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nslow")
            venue.waitForEnd()
        }
        let listener = Listener(bench.lane)
        _ = bench.connect(listener)
        let reason = await listener.end()
        #expect(reason.contains("429") && reason.contains("7"))
        #expect(listener.soFar.count == 1)
        bench.stop()
    }

    @Test func `a venue that vanishes is told as such`() async throws {
        let bench = try Bench { venue in
            try venue.acceptWebSocket()
            try venue.sendText("last words")
            venue.cut()
        }
        let listener = Listener(bench.lane)
        _ = bench.connect(listener)
        let reason = await listener.end()
        #expect(reason.contains("localhost"))
        bench.stop()
    }

    @Test func `a full send queue refuses, and nothing of the refused message is sent`() async throws {
        let size = 100_000
        let sent = Mutex<Int?>(nil)
        let received = Mutex(0)
        let isFull = DispatchSemaphore(value: 0)
        let done = AsyncSignal()
        let bench = try Bench { venue in
            defer { done.ring() }
            try venue.acceptWebSocket()
            isFull.wait()
            for _ in 0..<(sent.withLock { $0 } ?? 0) {
                guard case let frame = try venue.receive(), frame.payload.count == size else { return }
                received.withLock { $0 += 1 }
            }
            try venue.sendText("all of them")
            // Behind them comes the goodbye, and no piece of what was refused.
            if case let frame = try venue.receive(), frame.opcode == 8 { received.withLock { $0 += 1 } }
        }
        let listener = Listener(bench.lane) { socket, heard in
            guard heard == .opened else { return socket.close() }
            let message = [UInt8](repeating: 65, count: size)
            var count = 0
            while socket.send(message) { count += 1 }
            sent.withLock { $0 = count }
            isFull.signal()
        }
        _ = bench.connect(listener)
        #expect(await listener.end() == "closed by the node")
        await done.wait()
        let count = try #require(sent.withLock { $0 })
        #expect(count >= 10)
        #expect(received.withLock { $0 } == count + 1)
        bench.stop()
    }

    @Test func `a socket closed before it opened is told once, and never opens`() async throws {
        let bench = try Bench { venue in
            try venue.acceptWebSocket()
            venue.waitForEnd()
        }
        let listener = Listener(bench.lane)
        await withCheckedContinuation { continuation in
            bench.lane.post {
                bench.connect(listener).close()
                continuation.resume()
            }
        }
        #expect(await listener.end() == "closed by the node")
        bench.stop()
        #expect(listener.soFar == [.closed("closed by the node")])
    }

    @Test func `random bytes after the upgrade end the socket, never the process`() async throws {
        let bench = try Bench { venue in
            var random = SplitMix(seed: UInt64(venue.number))
            try venue.acceptWebSocket(extensions: venue.number % 2 == 0 ? "permessage-deflate" : nil)
            // A plausible first byte, so that it is not always the first one that is refused.
            let first = ([0x81, 0x82, 0xC1, 0x01, 0x41, 0x88, 0x89] as [UInt8])[venue.number % 7]
            try venue.write([first, UInt8(random.next() % 126)] + random.bytes(400))
            venue.farewell()
        }
        for _ in 0..<100 {
            let listener = Listener(bench.lane)
            _ = bench.connect(listener)
            #expect(await !listener.end().isEmpty)
        }
        bench.stop()
    }

    @Test func `a lane that stops tells every socket`() async throws {
        let bench = try Bench { venue in
            try venue.acceptWebSocket()
            venue.waitForEnd()
        }
        let listeners = (0..<5).map { _ in Listener(bench.lane) }
        for listener in listeners { _ = bench.connect(listener) }
        for listener in listeners { _ = await listener.heard(1) }
        bench.lane.stop()
        for listener in listeners {
            #expect(listener.soFar.count == 2)
            if case .closed = listener.soFar.last {} else { Issue.record("\(listener.soFar)") }
        }
        bench.venue.stop()
    }
}

@Suite struct `Whom the transport believes` {
    private func refusal(
        names: String = "DNS:localhost", from: Int = -3_600, until: Int = 86_400, trusted: Bool = true,
        host: String = "localhost"
    ) async throws -> String {
        let wasReached = Mutex(false)
        let bench = try Bench(names: names, from: from, until: until, trusted: trusted) { venue in
            // A byte of the request would mean that the client went on.
            if (try? venue.read(1)) != nil { wasReached.withLock { $0 = true } }
        }
        let listener = Listener(bench.lane)
        _ = bench.connect(listener, to: "wss://\(host):\(bench.venue.port)/")
        let reason = await listener.end()
        let answer = await bench.request("/", origin: "https://\(host):\(bench.venue.port)")
        if case .failure(.neverSent(reason)) = answer {} else { Issue.record("\(answer)") }
        #expect(!wasReached.withLock { $0 })
        bench.stop()
        return reason
    }

    @Test func `an unknown issuer is refused`() async throws {
        #expect(try await refusal(trusted: false).contains("CA file"))
    }
    @Test func `a certificate for another name is refused`() async throws {
        #expect(try await refusal(names: "DNS:other.test").contains("another name"))
    }
    @Test func `an address is not a name`() async throws {
        #expect(try await refusal(names: "DNS:localhost", host: "127.0.0.1").contains("another name"))
    }
    @Test func `a name is not covered by a partial wildcard`() async throws {
        #expect(try await refusal(names: "DNS:local*").contains("another name"))
    }
    @Test func `an expired certificate is refused`() async throws {
        #expect(try await refusal(from: -7_200, until: -60).contains("clock"))
    }
    @Test func `a certificate from the future is refused`() async throws {
        #expect(try await refusal(from: 3_600).contains("clock"))
    }
    @Test func `an address is accepted under its own certificate`() async throws {
        let bench = try Bench(names: "IP:127.0.0.1") { venue in
            try venue.acceptWebSocket()
            venue.waitForEnd()
        }
        let listener = Listener(bench.lane)
        _ = bench.connect(listener, to: "wss://127.0.0.1:\(bench.venue.port)/")
        #expect(await listener.heard(1) == [.opened])
        bench.stop()
    }

    @Test func `a port without TLS, a closed port and an unknown host are told apart`() async throws {
        let bench = try Bench { _ in }
        let port = bench.venue.port
        bench.venue.stop()
        for (address, word) in [
            ("wss://localhost:\(port)/", "refused"), ("wss://no-such-host.invalid/", "looked up"),
            ("ws://localhost/", "wss://"),
        ] {
            let listener = Listener(bench.lane)
            _ = bench.connect(listener, to: address)
            #expect(await listener.end().contains(word), "\(address)")
        }
        bench.lane.stop()
    }

    @Test func `a certificate authority file that is none is refused at once`() throws {
        let scratch = try Scratch()
        let lane = try SocketLane(name: "test")
        let file = try scratch.write("ca.pem", "no certificate")
        for path in [file, scratch.file("missing")] {
            #expect(throws: TransportSetupFault.self) { try LiveTransport(lane: lane, extraCA: path) }
        }
        lane.stop()
    }
}

/// Rings once; whoever waits, before or after, goes on.
final class AsyncSignal: Sendable {
    private let state = Mutex<(isRung: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))
    func ring() {
        let waiting = state.withLock { state in
            state.isRung = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
    func wait() async {
        await withCheckedContinuation { continuation in
            let isRung = state.withLock { state in
                if !state.isRung { state.waiting.append(continuation) }
                return state.isRung
            }
            if isRung { continuation.resume() }
        }
    }
}
