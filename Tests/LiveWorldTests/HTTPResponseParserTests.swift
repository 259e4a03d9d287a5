import Ports
import Testing
import TradingModel

@testable import LiveWorld

/// What a response comes to, for comparison.
private struct Outcome: Equatable {
    var status = 0
    var headers: [HTTPHeader] = []
    var body = ""
    var isReusable = false
    var left = 0
}

@Suite struct `The HTTP response parser` {
    private static let ok = "HTTP/1.1 200 OK\r\n"

    struct Sample: Sendable, CustomTestStringConvertible {
        let name: String
        let wire: String
        var method = "GET"
        var status = 200
        var body = ""
        var isReusable = true
        var left = 0
        var endsWithConnection = false
        var testDescription: String { name }
    }

    static let valid: [Sample] = [
        Sample(name: "length", wire: ok + "Content-Length: 5\r\n\r\nhello", body: "hello"),
        Sample(name: "zero length", wire: ok + "content-length:0\r\n\r\n"),
        Sample(
            name: "length given twice alike", wire: ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
            body: "ab"),
        Sample(name: "bytes after the end", wire: ok + "Content-Length: 2\r\n\r\nabXYZ", body: "ab", left: 3),
        Sample(name: "no reason phrase", wire: "HTTP/1.1 204\r\n\r\n", status: 204),
        Sample(name: "empty reason phrase", wire: "HTTP/1.1 304 \r\nContent-Length: 99\r\n\r\n", status: 304),
        Sample(name: "HEAD", wire: ok + "Content-Length: 5\r\n\r\n", method: "HEAD"),
        Sample(
            name: "chunked",
            wire: ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\n\r\n",
            body: "hello, world"),
        Sample(
            name: "chunked in capitals, with a trailer",
            wire: ok + "TRANSFER-ENCODING: Chunked\r\n\r\nA \r\n0123456789\r\n00\r\nX-Sum: 1\r\n\r\n",
            body: "0123456789"),
        Sample(
            name: "interim answers",
            wire: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                + ok + "Content-Length: 1\r\n\r\nz", body: "z"),
        Sample(
            name: "close asked for", wire: ok + "Connection: Close\r\nContent-Length: 1\r\n\r\nz", body: "z",
            isReusable: false),
        Sample(
            name: "close among others",
            wire: ok + "Connection: keep-alive, close\r\nContent-Length: 1\r\n\r\nz",
            body: "z", isReusable: false),
        Sample(
            name: "HTTP/1.0", wire: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nz", body: "z",
            isReusable: false),
        Sample(
            name: "HTTP/1.0 kept alive",
            wire: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nz", body: "z"),
        Sample(
            name: "until the connection ends", wire: ok + "X: y\r\n\r\nall of it", body: "all of it",
            isReusable: false,
            endsWithConnection: true),
        Sample(
            name: "an error with a body",
            wire: "HTTP/1.1 429 Too Many\r\nRetry-After: 3\r\nContent-Length: 2\r\n\r\n{}",
            status: 429, body: "{}"),
    ]

    @Test(arguments: valid)
    func `a response reads the same however it is torn`(_ sample: Sample) throws {
        let wire = Array(sample.wire.utf8)
        let whole = try parse([wire], sample)
        #expect(whole.status == sample.status)
        #expect(whole.body == sample.body)
        #expect(whole.isReusable == sample.isReusable)
        #expect(whole.left == sample.left)
        for cut in 0...wire.count {
            #expect(try parse([Array(wire[..<cut]), Array(wire[cut...])], sample) == whole, "torn at \(cut)")
        }
        #expect(try parse(wire.map { [$0] }, sample) == whole)
    }

    static let invalid: [Sample] = [
        Sample(name: "no HTTP", wire: "<html>\r\n\r\n"),
        Sample(name: "HTTP/2", wire: "HTTP/2.0 200 OK\r\n\r\n"),
        Sample(name: "no status", wire: "HTTP/1.1 OK\r\n\r\n"),
        Sample(name: "short status", wire: "HTTP/1.1 20\r\n\r\n"),
        Sample(name: "long status", wire: "HTTP/1.1 2000 OK\r\n\r\n"),
        Sample(name: "status 099", wire: "HTTP/1.1 099 X\r\n\r\n"),
        Sample(name: "status 600", wire: "HTTP/1.1 600 X\r\n\r\n"),
        Sample(name: "lower case", wire: "http/1.1 200 OK\r\n\r\n"),
        Sample(name: "leading blank", wire: " HTTP/1.1 200 OK\r\n\r\n"),
        Sample(name: "bare line feed in the head", wire: "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"),
        Sample(name: "folded header", wire: ok + "A: b\r\n c\r\n\r\n"),
        Sample(name: "blank before the colon", wire: ok + "A : b\r\n\r\n"),
        Sample(name: "no colon", wire: ok + "Content-Length 0\r\n\r\n"),
        Sample(name: "empty name", wire: ok + ": b\r\n\r\n"),
        Sample(name: "NUL in a value", wire: ok + "A: b\u{0}c\r\n\r\n"),
        Sample(name: "bare CR in a value", wire: ok + "A: b\rc\r\n\r\n"),
        Sample(name: "negative length", wire: ok + "Content-Length: -1\r\n\r\n"),
        Sample(name: "signed length", wire: ok + "Content-Length: +1\r\n\r\nz"),
        Sample(name: "hex length", wire: ok + "Content-Length: 0x5\r\n\r\nhello"),
        Sample(name: "empty length", wire: ok + "Content-Length:\r\n\r\n"),
        Sample(name: "list of lengths", wire: ok + "Content-Length: 1, 1\r\n\r\nz"),
        Sample(name: "two lengths", wire: ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nzz"),
        Sample(name: "huge length", wire: ok + "Content-Length: 33554433\r\n\r\n"),
        Sample(name: "overflowing length", wire: ok + "Content-Length: 99999999999999999999999\r\n\r\n"),
        Sample(
            name: "length and chunked",
            wire: ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Sample(name: "gzip coding", wire: ok + "Transfer-Encoding: gzip\r\n\r\n"),
        Sample(name: "coding list", wire: ok + "Transfer-Encoding: gzip, chunked\r\n\r\n"),
        Sample(
            name: "coding twice",
            wire: ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Sample(
            name: "chunked in HTTP/1.0",
            wire: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Sample(name: "chunk size no number", wire: ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        Sample(name: "chunk size empty", wire: ok + "Transfer-Encoding: chunked\r\n\r\n\r\n"),
        Sample(name: "chunk size signed", wire: ok + "Transfer-Encoding: chunked\r\n\r\n-1\r\n"),
        Sample(name: "chunk size huge", wire: ok + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n"),
        Sample(name: "chunk size too long", wire: ok + "Transfer-Encoding: chunked\r\n\r\n000000001\r\n"),
        Sample(name: "chunk line bare feed", wire: ok + "Transfer-Encoding: chunked\r\n\r\n1\nz\r\n"),
        Sample(name: "chunk overrun", wire: ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nzz\r\n0\r\n\r\n"),
        Sample(
            name: "endless chunk extension",
            wire: ok + "Transfer-Encoding: chunked\r\n\r\n1;" + String(repeating: "x", count: 2_000)),
        Sample(name: "101 unasked", wire: "HTTP/1.1 101 Switching\r\n\r\n"),
        Sample(name: "too many interim answers", wire: String(repeating: "HTTP/1.1 100 C\r\n\r\n", count: 9)),
        Sample(name: "endless head", wire: ok + "A: " + String(repeating: "x", count: 70_000)),
        Sample(name: "too many headers", wire: ok + String(repeating: "A: b\r\n", count: 257) + "\r\n"),
    ]

    @Test(arguments: invalid)
    func `what RFC 9112 does not allow is refused, however it is torn`(_ sample: Sample) {
        #expect(throws: HTTPSyntaxFault.self) { try parse([Array(sample.wire.utf8)], sample) }
        #expect(throws: HTTPSyntaxFault.self) { try parse(sample.wire.utf8.map { [$0] }, sample) }
    }

    @Test(arguments: valid.filter { !$0.endsWithConnection })
    func `a connection that ends inside a response leaves none`(_ sample: Sample) throws {
        let wire = Array(sample.wire.utf8)
        for cut in 0..<(wire.count - sample.left) {
            #expect(throws: HTTPSyntaxFault.truncated) { try parse([Array(wire[..<cut])], sample) }
        }
    }

    @Test func `a body that ends with the connection counts only if the server said goodbye`() throws {
        var parser = HTTPResponseParser(method: "GET")
        _ = try Array((Self.ok + "\r\nhalf").utf8).withUnsafeBytes { try parser.consume($0) }
        #expect(throws: HTTPSyntaxFault.truncated) { try parser.connectionEnded(cleanly: false) }
    }

    @Test func `a body that ends with the connection is bounded too`() throws {
        var parser = HTTPResponseParser(method: "GET")
        _ = try Array((Self.ok + "\r\n").utf8).withUnsafeBytes { try parser.consume($0) }
        let piece = [UInt8](repeating: 65, count: 8 << 20)
        #expect(throws: HTTPSyntaxFault.tooLarge("body over 32 MiB")) {
            for _ in 0..<5 { _ = try piece.withUnsafeBytes { try parser.consume($0) } }
        }
    }

    @Test func `random bytes and random damage never trap`() {
        var random = SplitMix(seed: 5)
        for round in 0..<3_000 {
            var wire = Array(Self.valid[round % Self.valid.count].wire.utf8)
            for _ in 0..<(1 + random.next() % 4) {
                let place = Int(random.next() % UInt64(wire.count))
                switch random.next() % 3 {
                case 0: wire[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: wire.remove(at: place)
                default: wire.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                }
            }
            let whole = Result { try parse([wire], Sample(name: "", wire: "")) }
            let torn = Result { try parse(wire.map { [$0] }, Sample(name: "", wire: "")) }
            // Both ways of feeding agree on whether it is a response, and on which.
            switch (whole, torn) {
            case (.success(let a), .success(let b)): #expect(a == b)
            case (.failure, .failure): break
            default: Issue.record("tearing changed the outcome of \(wire)")
            }
        }
    }

    private func parse(_ pieces: [[UInt8]], _ sample: Sample) throws -> Outcome {
        var parser = HTTPResponseParser(method: sample.method)
        var left = 0
        for piece in pieces {
            let taken = try piece.withUnsafeBytes { try parser.consume($0) }
            left += piece.count - taken
        }
        try parser.connectionEnded(cleanly: true)
        return Outcome(
            status: parser.head.status, headers: parser.head.headers,
            body: String(decoding: parser.body, as: UTF8.self),
            isReusable: parser.isReusable, left: left)
    }
}

@Suite struct `A request's text` {
    private let endpoint = Endpoint(host: "api.venue.test", port: 443)

    @Test func `it is what the venue signs and expects`() throws {
        let request = HTTPRequest(
            method: "POST", origin: "https://api.venue.test", target: "/order?a=b%20c",
            headers: [HTTPHeader("X-Key", "k v")],
            body: Array("{}".utf8), deadline: .distantFuture)
        let text = String(decoding: try HTTPRequestText.encode(request, for: endpoint), as: UTF8.self)
        #expect(
            text == "POST /order?a=b%20c HTTP/1.1\r\nHost: api.venue.test\r\nX-Key: k v\r\n"
                + "User-Agent: arbnode\r\nContent-Length: 2\r\n\r\n{}")
    }

    @Test(arguments: [
        ("GET ", "/", "A", "b"), ("GET", "x", "A", "b"), ("GET", "/a b", "A", "b"),
        ("GET", "/\r\nEvil: 1", "A", "b"),
        ("GET", "/ä", "A", "b"), ("GET", "/", "A:", "b"), ("GET", "/", "A", "b\r\nEvil: 1"),
        ("GET", "/", "", "b"),
        ("GET", "/", "Host", "b"), ("GET", "/", "content-length", "1"),
        ("GET", "/", "Transfer-Encoding", "chunked"),
        ("", "/", "A", "b"),
    ])
    func `what could break out of its line is refused`(
        _ method: String, _ target: String, _ name: String, _ value: String
    ) {
        let request = HTTPRequest(
            method: method, origin: "", target: target, headers: [HTTPHeader(name, value)],
            deadline: .distantFuture)
        #expect(throws: HTTPRequestText.Fault.self) { try HTTPRequestText.encode(request, for: endpoint) }
    }
}
