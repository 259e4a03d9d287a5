import Journal
import TradingModel

/// The audit log as a running node extends it: one line of JSON a change of state, each with the hash of the
/// line before it and its own; now and then a *head*, a line that signs everything up to it. It decides what
/// is written; writing is the shell's.
///
///     {"seq":7,"at_ns":…,"row":41,"subject":"mode",…,"previous":"<64 hex>","hash":"<64 hex>"}
///     {"seq":8,"at_ns":…,"row":41,"head":"minute",…,"previous":"…","signature":"<128 hex>","hash":"…"}
///
/// A hash covers the line up to `,"hash":`, a signature the line up to `,"signature":`. Nothing in it is ever
/// changed or forgotten.
public struct AuditChain: Sendable {
    public private(set) var head: ChainHead
    private let seal: Seal

    public init(_ seal: @escaping Seal, head: ChainHead = .genesis) {
        self.seal = seal
        self.head = head
    }

    /// - Parameter row: the outbox row that made the change.
    public mutating func add(_ change: StateChange, row: UInt64) -> [UInt8] {
        var line = JSONLine(sequence: head.sequence + 1, at: change.at, row: row)
        line.add("subject", change.subject.rawValue)
        line.add("place", change.place)
        line.add("before", change.before)
        line.add("after", change.after)
        line.add("reason", change.reason)
        line.add("actor", change.actor)
        return close(&line)
    }

    /// A head. `cause`: `start`, `minute`, `hour` or `shutdown`.
    ///
    /// - Parameters:
    ///   - row: the outbox's newest row that was looked at.
    ///   - key: the name of the key that signs.
    ///   - sign: 64 bytes for a message.
    public mutating func sign(
        at now: Moment, row: UInt64, cause: String, key: String, _ sign: ([UInt8]) -> [UInt8]
    ) -> [UInt8] {
        var line = JSONLine(sequence: head.sequence + 1, at: now, row: row)
        line.add("head", cause)
        line.add("time", UTCTime.text(now))
        line.add("key", key)
        line.add("previous", head.hash.hexadecimal)
        let signature = sign(line.bytes)
        precondition(signature.count == 64, "Ed25519 signatures have 64 bytes")
        line.add("signature", Hexadecimal.text(signature))
        return finish(&line)
    }

    private mutating func close(_ line: inout JSONLine) -> [UInt8] {
        line.add("previous", head.hash.hexadecimal)
        return finish(&line)
    }

    private mutating func finish(_ line: inout JSONLine) -> [UInt8] {
        let hash = line.bytes.withUnsafeBytes { seal($0, UnsafeRawBufferPointer(start: nil, count: 0)) }
        head = ChainHead(sequence: head.sequence + 1, hash: hash)
        line.add("hash", hash.hexadecimal)
        return line.bytes + Array("}\n".utf8)
    }
}

/// Members in the order they are added, as one line.
struct JSONLine {
    private(set) var bytes: [UInt8]

    init(sequence: UInt64, at: Moment, row: UInt64) {
        bytes = Array(
            "{\"seq\":\(sequence),\"at_ns\":\(at.nanoseconds),\"row\":\(row)".utf8)
        bytes.reserveCapacity(512)
    }

    mutating func add(_ name: String, _ value: String) {
        bytes += Array(",\"\(name)\":\"".utf8)
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: bytes += Array("\\u00".utf8) + Hexadecimal.digits(byte)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// Bytes as lower-case hex digits.
public enum Hexadecimal {
    private static let alphabet = Array("0123456789abcdef".utf8)

    static func digits(_ byte: UInt8) -> [UInt8] { [alphabet[Int(byte >> 4)], alphabet[Int(byte & 15)]] }

    public static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.flatMap(digits), as: UTF8.self)
    }

    /// `nil`: something else, capitals included.
    public static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var high: UInt8?
        for digit in text {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            if let first = high {
                result.append(first << 4 | UInt8(value))
                high = nil
            } else {
                high = UInt8(value)
            }
        }
        return high == nil ? result : nil
    }
}
