import Testing

@testable import LiveWorld

@Suite struct `Addresses of venues` {
    @Test(arguments: [
        ("wss://ws.okx.com:8443/ws/v5/public", "ws.okx.com", 8443, "/ws/v5/public", "ws.okx.com:8443"),
        (
            "wss://Stream.Binance.com/stream?streams=a@b", "stream.binance.com", 443, "/stream?streams=a@b",
            "stream.binance.com"
        ),
        ("wss://host", "host", 443, "/", "host"),
        ("wss://host?x=1", "host", 443, "/?x=1", "host"),
        ("wss://127.0.0.1:9", "127.0.0.1", 9, "/", "127.0.0.1:9"),
        ("wss://[::1]:9/a", "::1", 9, "/a", "[::1]:9"),
        ("wss://[2001:db8::1]", "2001:db8::1", 443, "/", "[2001:db8::1]"),
    ])
    func `they are taken apart`(
        _ text: String, _ host: String, _ port: Int, _ target: String, _ authority: String
    ) throws {
        let parsed = try Endpoint.parse(text, scheme: "wss")
        #expect(parsed.endpoint == Endpoint(host: host, port: UInt16(port)))
        #expect(parsed.target == target)
        #expect(parsed.endpoint.authority == authority)
    }

    @Test(arguments: [
        "", "wss://", "ws://host", "https://host", "wss://host:0", "wss://host:65536", "wss://host:",
        "wss://host:x",
        "wss://user@host", "wss://host/a b", "wss://host/a#b", "wss://ho_st", "wss://host/\r\n", "wss://[::1",
        "wss://[::1]x", "wss://::1", "wss:///path", "wss://höst", "wss://host:+1",
    ])
    func `what has no safe meaning is refused`(_ text: String) {
        #expect(throws: Endpoint.Fault.self) { try Endpoint.parse(text, scheme: "wss") }
    }
}

@Suite struct `The byte window` {
    @Test func `it agrees with an array, whatever the order of writes and reads`() {
        var random = SplitMix(seed: 11)
        for _ in 0..<30 {
            var window = ByteWindow(usualCapacity: 16)
            var model: [UInt8] = []
            for _ in 0..<300 {
                switch random.next() % 3 {
                case 0:
                    let bytes = random.bytes(Int(random.next() % 70))
                    let room = window.room(bytes.count)
                    #expect(room.count >= bytes.count)
                    room.copyBytes(from: bytes)
                    window.filled(bytes.count)
                    model += bytes
                case 1:
                    let count = Int(random.next() % UInt64(model.count + 1))
                    window.consume(count)
                    model.removeFirst(count)
                default:
                    window.settle()
                }
                #expect(window.count == model.count)
                #expect(window.bytes.elementsEqual(model))
            }
        }
    }
}
