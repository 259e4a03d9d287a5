import TradingModel

/// Depth events spelled as the venue spells them: no space, no escape, whole numbers, plain levels. Nearly
/// every frame of a day is one, and reading it in one pass takes a third of the general reader's time.
///
/// Whatever is spelled otherwise, wrong or not, is left to the general reader: this one refuses no frame.
///
/// The text ends with `}`, which no part but the last contains: every step looks at one byte and goes on
/// only if it is the one expected, so nothing behind the end is looked at.
struct BinanceDepthText {
    private let text: UnsafePointer<UInt8>
    private let count: Int
    private var place = 0
    private var seen: UInt64 = 0

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 2, bytes.count <= WireJSON.maximumBytes,
            bytes[bytes.count - 1] == UInt8(ascii: "}"),
            let text = bytes.bindMemory(to: UInt8.self).baseAddress
        else { return nil }
        self.text = text
        count = bytes.count
    }

    /// Fills one book of `frame`; `false` leaves a frame that must be begun again.
    mutating func read(_ symbols: SymbolTable, into frame: inout PublicFrame) -> Bool {
        let isCombined = take("{\"stream\":\"")
        if isCombined {
            guard plainString() != nil, take(",\"data\":") else { return false }
        }
        // The event's kind first, as the venue sends it; then any order.
        guard take("{\"e\":\"depthUpdate\",\"E\":"), isNew(UInt8(ascii: "e")), isNew(UInt8(ascii: "E")),
            let time = integer(), time <= BinanceDepthText.latestTime
        else { return false }
        var first = Int64(-1)
        var last = Int64(-1)
        var index = -1
        var scales: PlainLevels?
        while text[place] == UInt8(ascii: ","), text[place &+ 1] == UInt8(ascii: "\"") {
            place &+= 2
            guard let key = key(), isNew(key) else { return false }
            switch key {
            case UInt8(ascii: "s"):
                guard take("\""), let symbol = plainString(), let found = symbols.index(symbol) else {
                    return false
                }
                scales = symbols.scales[found]
                index = frame.appendBook(symbols.instruments[found], .delta)
            case UInt8(ascii: "U"):
                guard let number = integer() else { return false }
                first = number
            case UInt8(ascii: "u"):
                guard let number = integer() else { return false }
                last = number
            case UInt8(ascii: "b"):
                guard let scales, levels(scales, &frame.books[index].bids) else { return false }
            case UInt8(ascii: "a"):
                guard let scales, levels(scales, &frame.books[index].asks) else { return false }
            default:
                guard integer() != nil else { return false }
            }
        }
        guard isSeen("s"), isSeen("U"), isSeen("u"), isSeen("b"), isSeen("a"), first >= 0, last >= first,
            take(isCombined ? "}}" : "}"), place == count
        else { return false }
        frame.books[index].firstSequence = first
        frame.books[index].lastSequence = last
        frame.books[index].venueTime = Moment(nanoseconds: time * 1_000_000)
        return true
    }

    /// In milliseconds: the year 2255, which still fits in nanoseconds.
    private static let latestTime: Int64 = 9_000_000_000_000

    // MARK: Parts

    @inline(__always)
    private mutating func take(_ literal: StaticString) -> Bool {
        let length = literal.utf8CodeUnitCount
        guard count &- place >= length else { return false }
        let (here, wanted) = (UnsafeRawPointer(text + place), UnsafeRawPointer(literal.utf8Start))
        var offset = 0
        while offset &+ 8 <= length {
            guard
                here.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    == wanted.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            else { return false }
            offset &+= 8
        }
        while offset < length {
            guard text[place &+ offset] == literal.utf8Start[offset] else { return false }
            offset &+= 1
        }
        place &+= length
        return true
    }

    /// A string's bytes behind its opening quote, if they are plain ASCII; the closing quote is taken.
    @inline(__always)
    private mutating func plainString() -> UnsafeRawBufferPointer? {
        let start = place
        while place &+ 8 <= count {
            let word = UnsafeRawPointer(text + place).loadUnaligned(as: UInt64.self)
            guard BinanceDepthText.isPlain(word) else { break }
            place &+= 8
        }
        while true {
            let byte = text[place]
            if byte == UInt8(ascii: "\"") { break }
            guard byte >= 0x20, byte < 0x7D, byte != UInt8(ascii: "\\") else { return nil }
            place &+= 1
        }
        place &+= 1
        return UnsafeRawBufferPointer(start: text + start, count: place - 1 - start)
    }

    /// Whether none of eight bytes is a quote, a backslash, below 0x20, or 0x7D and above. A byte behind one
    /// that is may be taken for one as well.
    @inline(__always)
    private static func isPlain(_ word: UInt64) -> Bool {
        let (ones, tops): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let quotes = word ^ ones &* 0x22
        let backslashes = word ^ ones &* 0x5C
        let found =
            (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word
            | (word &+ ones &* 0x03) | word
        return found & tops == 0
    }

    /// A key of one letter, or 0 for one of two letters; the colon is taken.
    @inline(__always)
    private mutating func key() -> UInt8? {
        let letter = text[place]
        guard BinanceDepthText.isLetter(letter) else { return nil }
        if text[place &+ 1] == UInt8(ascii: "\""), text[place &+ 2] == UInt8(ascii: ":") {
            place &+= 3
            return letter
        }
        guard BinanceDepthText.isLetter(text[place &+ 1]), text[place &+ 2] == UInt8(ascii: "\""),
            text[place &+ 3] == UInt8(ascii: ":")
        else { return nil }
        place &+= 4
        return 0
    }

    @inline(__always)
    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    /// Notes a key; `false` where it was seen before. Several keys of two letters are all of no interest.
    @inline(__always)
    private mutating func isNew(_ key: UInt8) -> Bool {
        guard key != 0 else { return true }
        let bit = UInt64(1) << UInt64(key & 63)
        guard seen & bit == 0 else { return false }
        seen |= bit
        return true
    }

    private func isSeen(_ key: Unicode.Scalar) -> Bool { seen & UInt64(1) << UInt64(key.value & 63) != 0 }

    @inline(__always)
    private mutating func integer() -> Int64? {
        let start = place
        var value: Int64 = 0
        var digit = text[place] &- UInt8(ascii: "0")
        while digit <= 9 {
            value = value &* 10 &+ Int64(digit)
            place &+= 1
            digit = text[place] &- UInt8(ascii: "0")
        }
        // A leading zero is no JSON number, more digits may not fit.
        let length = place &- start
        guard length > 0, length <= 18, text[start] != UInt8(ascii: "0") || length == 1 else { return nil }
        return value
    }

    @inline(__always)
    private mutating func levels(_ scales: PlainLevels, _ levels: inout [LevelChange]) -> Bool {
        guard text[place] == UInt8(ascii: "[") else { return false }
        place &+= 1
        let end = scales.read(text, &place, isFirst: true, atMost: LevelReader.maximumLevels, into: &levels)
        guard case .other = end, text[place] == UInt8(ascii: "]") else { return false }
        place &+= 1
        return true
    }
}
