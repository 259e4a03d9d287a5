import Ports

/// One HTTP/1.1 response, however the bytes arrive. Strict and bounded: what RFC 9112 does not allow ends the
/// connection.
struct HTTPResponseParser: Sendable {
    static let headLimit = 65_536
    static let bodyLimit = 32 * 1_024 * 1_024

    private enum State: Equatable {
        case head
        case length(remaining: Int)
        case untilClose
        case chunkSize
        case chunk(remaining: Int)
        case chunkEnd
        case trailer
        case done
    }

    private var state = State.head
    /// The head or the chunk line that is being collected.
    private var line: [UInt8] = []
    private var trailerBytes = 0
    private var interim = 0
    private let isHeadRequest: Bool
    /// Whether a 101 ends the response: the bytes after it belong to another protocol.
    private let allowsUpgrade: Bool

    private(set) var head = HTTPHead()
    private(set) var body: [UInt8] = []

    /// `method`: of the request that this answers.
    init(method: String, allowsUpgrade: Bool = false) {
        isHeadRequest = method == "HEAD"
        self.allowsUpgrade = allowsUpgrade
    }

    var isComplete: Bool { state == .done }

    /// The body, leaving none behind: it is not copied.
    mutating func takeBody() -> [UInt8] {
        defer { body = [] }
        return body
    }

    /// Whether another request may follow on the connection.
    private(set) var isReusable = false

    /// Takes bytes until the response is complete; answers how many were taken. What is left belongs to
    /// nobody.
    mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(HTTPSyntaxFault) -> Int {
        var offset = 0
        while offset < bytes.count, state != .done {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            offset += try step(rest)
        }
        return offset
    }

    /// The connection ended. `cleanly`: the server closed its TLS session, so nobody cut the response short.
    mutating func connectionEnded(cleanly: Bool) throws(HTTPSyntaxFault) {
        if state == .done { return }
        guard state == .untilClose, cleanly else { throw .truncated }
        state = .done
    }

    private mutating func step(_ rest: UnsafeRawBufferPointer) throws(HTTPSyntaxFault) -> Int {
        switch state {
        case .head: return try takeHead(rest)
        case .length(let remaining):
            let count = append(rest, upTo: remaining)
            state = remaining == count ? .done : .length(remaining: remaining - count)
            return count
        case .untilClose:
            guard body.count + rest.count <= Self.bodyLimit else { throw .tooLarge("body over 32 MiB") }
            return append(rest, upTo: rest.count)
        case .chunk(let remaining):
            let count = append(rest, upTo: remaining)
            state = remaining == count ? .chunkEnd : .chunk(remaining: remaining - count)
            return count
        case .chunkSize, .chunkEnd, .trailer:
            let (count, isWhole) = try takeLine(rest, limit: 1_024)
            if isWhole { try lineEnded() }
            return count
        case .done: return 0
        }
    }

    private mutating func append(_ rest: UnsafeRawBufferPointer, upTo limit: Int) -> Int {
        let count = min(limit, rest.count)
        body.append(contentsOf: rest.prefix(count))
        return count
    }

    private mutating func takeHead(_ rest: UnsafeRawBufferPointer) throws(HTTPSyntaxFault) -> Int {
        // The empty line that ends the head may be torn between two pieces: look back three bytes.
        let known = line.count
        let room = Self.headLimit - known
        line.append(contentsOf: rest.prefix(room))
        var index = max(3, known)
        while index < line.count {
            if line[index] == 0x0A, line[index - 1] == 0x0D, line[index - 2] == 0x0A, line[index - 3] == 0x0D
            {
                let taken = index + 1 - known
                line.removeSubrange((index - 1)...)
                try headEnded()
                line.removeAll(keepingCapacity: true)
                return taken
            }
            index += 1
        }
        guard rest.count <= room else { throw .tooLarge("head over 64 KiB") }
        return rest.count
    }

    private mutating func headEnded() throws(HTTPSyntaxFault) {
        let collected = line
        let outcome = collected.withUnsafeBytes { bytes in
            Result { () throws(HTTPSyntaxFault) in try HTTPHead(parsing: bytes) }
        }
        head = try outcome.get()
        if head.status == 101 && allowsUpgrade {
            state = .done
            return
        }
        if head.status < 200 {
            // 100 Continue, 103 Early Hints: the response is still to come.
            interim += 1
            guard head.status != 101, interim <= 8 else { throw .framing("status \(head.status) unasked") }
            return
        }
        try chooseFraming()
    }

    /// RFC 9112 §6.3.
    private mutating func chooseFraming() throws(HTTPSyntaxFault) {
        isReusable = head.keepsAlive
        let length = try contentLength()
        let codings = head.headers.filter { $0.name == "transfer-encoding" }.map { $0.value.lowercased() }
        if isHeadRequest || head.status == 204 || head.status == 304 {
            state = .done
        } else if !codings.isEmpty {
            guard codings == ["chunked"] else { throw .framing("transfer coding other than chunked") }
            guard length == nil else { throw .framing("chunked with a content length") }
            guard head.minor == 1 else { throw .framing("chunked in HTTP/1.0") }
            state = .chunkSize
        } else if let length {
            guard length <= Self.bodyLimit else { throw .tooLarge("body over 32 MiB") }
            body.reserveCapacity(length)
            state = length == 0 ? .done : .length(remaining: length)
        } else {
            isReusable = false
            state = .untilClose
        }
    }

    private func contentLength() throws(HTTPSyntaxFault) -> Int? {
        var found: Int?
        for header in head.headers where header.name == "content-length" {
            guard !header.value.isEmpty, header.value.utf8.count <= 15,
                header.value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(header.value)
            else { throw .framing("a content length that is no number") }
            guard found == nil || found == length else { throw .framing("two content lengths") }
            found = length
        }
        return found
    }

    /// Collects up to a line feed. Answers how much was taken and whether the line, without CR LF, is whole.
    private mutating func takeLine(
        _ rest: UnsafeRawBufferPointer, limit: Int
    ) throws(HTTPSyntaxFault) -> (count: Int, isWhole: Bool) {
        let feed = rest.firstIndex(of: 0x0A)
        let count = feed.map { $0 + 1 } ?? rest.count
        guard line.count + count <= limit else { throw .tooLarge("a chunk line over \(limit) bytes") }
        line.append(contentsOf: rest.prefix(count))
        guard feed != nil else { return (count, false) }
        guard line.count >= 2, line[line.count - 2] == 0x0D else {
            throw .framing("a chunk line without CR LF")
        }
        line.removeLast(2)
        return (count, true)
    }

    private mutating func lineEnded() throws(HTTPSyntaxFault) {
        defer { line.removeAll(keepingCapacity: true) }
        switch state {
        case .chunkSize:
            let size = try chunkSize()
            guard body.count + size <= Self.bodyLimit else { throw .tooLarge("body over 32 MiB") }
            state = size == 0 ? .trailer : .chunk(remaining: size)
        case .chunkEnd:
            guard line.isEmpty else { throw .framing("a chunk longer than its size") }
            state = .chunkSize
        default:
            // Trailer fields are not used; they are only skipped, up to a bound.
            trailerBytes += line.count + 2
            guard trailerBytes <= 16_384 else { throw .tooLarge("trailer over 16 KiB") }
            if line.isEmpty { state = .done }
        }
    }

    /// Hexadecimal, then possibly `;` and extensions nobody here uses.
    private func chunkSize() throws(HTTPSyntaxFault) -> Int {
        var digits = line[...]
        if let semicolon = line.firstIndex(of: UInt8(ascii: ";")) { digits = line[..<semicolon] }
        while let last = digits.last, last == 0x20 || last == 0x09 { digits.removeLast() }
        guard !digits.isEmpty, digits.count <= 8 else { throw .framing("a chunk size that is no number") }
        var size = 0
        for byte in digits {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x37
            case 0x61...0x66: digit = byte - 0x57
            default: throw .framing("a chunk size that is no number")
            }
            size = size << 4 | Int(digit)
        }
        return size
    }
}
