import TradingModel

/// V12, V13: what can go wrong with one published message of a book, the book itself being right.
public enum BookFault: Hashable, Sendable {
    /// The message is never sent: a gap.
    case skipped
    /// The message is sent twice.
    case repeated
    /// After the message the one before it is sent again: ids and levels go back.
    case rolledBack
    /// Venues that publish a checksum publish a wrong one; elsewhere the message is sound.
    case wrongChecksum
    /// The message names an instrument that does not exist.
    case wrongSymbol
    /// The first price is not a number that a price can be.
    case garbled(Garbage)

    /// Faults of order rather than of content.
    public static let sequenceFaults: [BookFault] = [.skipped, .repeated, .rolledBack, .wrongChecksum]

    public enum Garbage: Hashable, Sendable { case notANumber, huge, negative, absurdDigits }
}

extension BookFault.Garbage {
    var text: String {
        switch self {
        case .notANumber: "NaN"
        case .huge: "1e308"
        case .negative: "-1.0"
        case .absurdDigits: "60000." + String(repeating: "123456789", count: 12)
        }
    }
}

extension VenueMischief {
    /// The fault that the next message of a book is to have.
    func takeBookFault(_ symbol: Int, stream: String) -> BookFault? {
        guard let place = bookFaults.firstIndex(where: { $0.symbol == symbol }) else { return nil }
        // Nothing to go back to yet.
        if bookFaults[place].fault == .rolledBack, lastBookFrames[stream] == nil { return nil }
        return bookFaults.remove(at: place).fault
    }

    /// What is sent instead of one message of a book. `stream` tells whose messages follow each other, `name`
    /// is the instrument as this venue spells it.
    func spoiled(_ frame: [UInt8], _ fault: BookFault?, stream: String, name: String) -> [[UInt8]] {
        let before = lastBookFrames[stream]
        lastBookFrames[stream] = frame
        if bookFaults.isEmpty { lastBookFrames = [:] }
        switch fault {
        case nil: return [frame]
        case .skipped: return []
        case .repeated: return [frame, frame]
        case .rolledBack: return [frame, before ?? frame]
        case .wrongChecksum:
            let wrong = BookText.withWrongChecksum(frame)
            if wrong != frame { wrongChecksums.insert(wrong) }
            return [wrong]
        case .wrongSymbol:
            return [BookText.replacing("\"" + name + "\"", in: frame, by: "\"NO" + name + "\"")]
        case .garbled(let garbage): return [BookText.withFirstPrice(frame, garbage.text)]
        }
    }
}

/// Changes the text of a finished message, for what the doubles' own writers refuse to write.
enum BookText {
    static func replacing(_ text: String, in frame: [UInt8], by other: String) -> [UInt8] {
        let wanted = Array(text.utf8)
        var out: [UInt8] = []
        var index = 0
        while index < frame.count {
            if frame[index...].starts(with: wanted) {
                out += other.utf8
                index += wanted.count
            } else {
                out.append(frame[index])
                index += 1
            }
        }
        return out
    }

    /// The first price stands after `[["` (Binance, OKX, Bybit) or after `"price":` (Kraken).
    static func withFirstPrice(_ frame: [UInt8], _ price: String) -> [UInt8] {
        for mark in [Array("[[\"".utf8), Array("\"price\":".utf8)] {
            guard let start = end(of: mark, in: frame) else { continue }
            let stop = frame[start...].firstIndex { !isNumeral($0) } ?? frame.count
            return frame[..<start] + Array(price.utf8) + frame[stop...]
        }
        return frame
    }

    static func withWrongChecksum(_ frame: [UInt8]) -> [UInt8] {
        guard let start = end(of: Array("\"checksum\":".utf8), in: frame) else { return frame }
        var out = frame
        out[start] = frame[start] == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
        return out
    }

    private static func isNumeral(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || byte == UInt8(ascii: ".")
    }

    private static func end(of mark: [UInt8], in frame: [UInt8]) -> Int? {
        guard frame.count > mark.count else { return nil }
        for start in 0..<(frame.count - mark.count) where frame[start...].starts(with: mark) {
            return start + mark.count
        }
        return nil
    }
}
