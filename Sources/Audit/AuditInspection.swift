import Journal

/// Reads an audit log line by line and says whether it is what was written.
public struct AuditInspection: Sendable {
    /// Whether a signature over a message is the key's.
    public typealias Check = @Sendable (_ message: [UInt8], _ signature: [UInt8]) -> Bool

    private let seal: Seal
    private let check: Check?
    /// The last line of the sound beginning.
    public private(set) var head = ChainHead.genesis
    /// The last line of it that a signature covers.
    public private(set) var signed = ChainHead.genesis
    public private(set) var heads = 0
    /// What is wrong first, and in which line; nothing behind it is believed.
    public private(set) var flaw: Flaw?
    /// Bytes behind the last newline: a write that was cut off.
    public private(set) var torn = 0

    /// Places that the log has to pass, with the hashes they had.
    private var expected: [(sequence: UInt64, hash: String)] = []

    public struct Flaw: Hashable, Sendable {
        public var line: UInt64
        public var what: String
    }

    /// - Parameter check: `nil`: signatures are counted and not checked.
    public init(_ seal: @escaping Seal, check: Check? = nil) {
        self.seal = seal
        self.check = check
    }

    /// The log has to pass this place; to be said before it is read.
    public mutating func expect(_ place: ChainHead?) {
        expect(sequence: place?.sequence, hash: place?.hash.hexadecimal)
    }

    public mutating func expect(sequence: UInt64?, hash: String?) {
        if let sequence, let hash { expected.append((sequence, hash)) }
    }

    /// What is wrong with a log that was read to its end.
    public var verdict: Flaw? {
        if let flaw { return flaw }
        return expected.filter { $0.sequence > head.sequence }.max { $0.sequence < $1.sequence }.map {
            Flaw(
                line: head.sequence + 1,
                what: "is missing, and all up to line \($0.sequence), which a head was kept of")
        }
    }

    /// The place that a head's line stands for; `nil`: it is none.
    public static func head(ofLine line: ArraySlice<UInt8>, _ seal: Seal) -> ChainHead? {
        Line(line, seal).map { ChainHead(sequence: $0.sequence, hash: $0.hash) }
    }

    /// How many lines no signature covers yet.
    public var unsigned: UInt64 { head.sequence - signed.sequence }

    /// The whole log.
    public mutating func read(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>) -> Void = { _ in }) {
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            take(bytes[start..<end])
            if flaw == nil { body(bytes[start..<end]) }
            start = end + 1
        }
        torn = bytes.count - start
    }

    /// One line, without its newline.
    public mutating func take(_ line: ArraySlice<UInt8>) {
        guard flaw == nil else { return }
        let number = head.sequence + 1
        guard let read = Line(line, seal) else { return note(number, "does not match its own hash") }
        guard read.sequence == number else { return note(number, "is not line \(number) of this log") }
        guard read.previous == head.hash.hexadecimal else {
            return note(number, "does not continue the line before it")
        }
        if let other = expected.first(where: { $0.sequence == number }),
            other.hash != read.hash.hexadecimal
        {
            return note(number, "is not the one a head was kept of")
        }
        head = ChainHead(sequence: number, hash: read.hash)
        guard let signature = read.signature else { return }
        if let check, !check(read.message, signature) {
            return note(number, "is signed by another key, or was changed since")
        }
        heads += 1
        signed = head
    }

    private mutating func note(_ line: UInt64, _ what: String) { flaw = Flaw(line: line, what: what) }

    /// What of a line the chain is made of. Its members stand at fixed places from its end, so that nothing
    /// is guessed about what lies between.
    private struct Line {
        var sequence: UInt64
        var previous: String
        var hash: Fingerprint
        var signature: [UInt8]?
        /// What the signature is of.
        var message: [UInt8]

        init?(_ line: ArraySlice<UInt8>, _ seal: Seal) {
            guard line.last == UInt8(ascii: "}"),
                let (beforeHash, hash) = AuditInspection.member("hash", of: line.dropLast(), digits: 64)
            else { return nil }
            let found = beforeHash.withUnsafeBytes { seal($0, UnsafeRawBufferPointer(start: nil, count: 0)) }
            guard Array(found.hexadecimal.utf8) == Array(hash) else { return nil }
            self.hash = found
            var rest = beforeHash
            message = []
            if let (before, digits) = AuditInspection.member("signature", of: rest, digits: 128) {
                signature = Hexadecimal.bytes(digits)
                message = Array(before)
                rest = before
            }
            guard let (before, previous) = AuditInspection.member("previous", of: rest, digits: 64),
                let sequence = AuditInspection.sequence(before)
            else { return nil }
            self.sequence = sequence
            self.previous = String(decoding: previous, as: UTF8.self)
        }
    }

    /// The last member, if it is this one with so many hex digits: what stands before it, and its digits.
    private static func member(_ name: String, of line: ArraySlice<UInt8>, digits: Int)
        -> (ArraySlice<UInt8>, ArraySlice<UInt8>)?
    {
        let intro = Array(",\"\(name)\":\"".utf8)
        guard line.last == UInt8(ascii: "\""), line.count > intro.count + digits + 1 else { return nil }
        let value = line.dropLast().suffix(digits)
        let front = line.dropLast(digits + 1)
        guard front.suffix(intro.count).elementsEqual(intro) else { return nil }
        return (front.dropLast(intro.count), value)
    }

    private static func sequence(_ line: ArraySlice<UInt8>) -> UInt64? {
        let intro = Array("{\"seq\":".utf8)
        guard line.prefix(intro.count).elementsEqual(intro) else { return nil }
        let digits = line.dropFirst(intro.count).prefix { (48...57).contains($0) }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }
}
