/// A JSON value as the doubles read it: numbers keep their text, objects keep their order. Its own reader, so
/// that a wrong frame of ours meets different eyes.
indirect enum JSONDocument: Equatable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONDocument])
    case object([Member])

    struct Member: Equatable {
        var key: String
        var value: JSONDocument
    }

    struct Fault: Error, Equatable {
        var offset: Int
    }

    /// Reads one document of at most 64 levels of nesting; anything after it but white space is a fault.
    init(_ bytes: [UInt8]) throws(Fault) {
        var reader = JSONReader(bytes: bytes)
        self = try reader.document()
    }

    init(text: String) throws(Fault) { try self.init(Array(text.utf8)) }

    subscript(_ key: String) -> JSONDocument? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The text of a string or a number: venues take both for many fields.
    var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }

    var integer: Int64? { text.flatMap { Int64($0) } }

    var elements: [JSONDocument]? {
        if case .array(let elements) = self { return elements }
        return nil
    }

    var members: [Member]? {
        if case .object(let members) = self { return members }
        return nil
    }
}

/// Recursive descent over RFC 8259.
struct JSONReader {
    private let bytes: [UInt8]
    private var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONDocument.Fault) -> JSONDocument {
        let value = try value(depth: 0)
        skipSpace()
        guard index == bytes.count else { throw fault }
        return value
    }

    private var fault: JSONDocument.Fault { JSONDocument.Fault(offset: index) }
    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ word: String) throws(JSONDocument.Fault) {
        for byte in word.utf8 { guard take(byte) else { throw fault } }
    }

    private mutating func value(depth: Int) throws(JSONDocument.Fault) -> JSONDocument {
        guard depth < 64 else { throw fault }
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(JSONDocument.Fault) -> JSONDocument {
        index += 1
        var members: [JSONDocument.Member] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw fault }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault }
            members.append(JSONDocument.Member(key: key, value: try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw fault }
        }
    }

    private mutating func array(depth: Int) throws(JSONDocument.Fault) -> JSONDocument {
        index += 1
        var elements: [JSONDocument] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw fault }
        }
    }

    private mutating func digits() throws(JSONDocument.Fault) {
        let start = index
        while let byte = current, (48...57).contains(byte) { index += 1 }
        guard index > start else { throw fault }
    }

    private mutating func number() throws(JSONDocument.Fault) -> String {
        let start = index
        _ = take(UInt8(ascii: "-"))
        let leadingZero = current == 48
        let whole = index
        try digits()
        if leadingZero, index - whole > 1 { throw fault }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func string() throws(JSONDocument.Fault) -> String {
        index += 1
        var out: [UInt8] = []
        while let byte = current {
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: out, as: UTF8.self) else { throw fault }
                return text
            case UInt8(ascii: "\\"): try escape(into: &out)
            case 0..<0x20: throw fault
            default: out.append(byte)
            }
        }
        throw fault
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSONDocument.Fault) {
        guard let byte = current else { throw fault }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = try hexUnit()
            if (0xD800..<0xDC00).contains(scalar) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw fault }
                let low = try hexUnit()
                guard (0xDC00..<0xE000).contains(low) else { throw fault }
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let character = Unicode.Scalar(scalar) else { throw fault }
            out += Array(String(Character(character)).utf8)
        default: throw fault
        }
    }

    private mutating func hexUnit() throws(JSONDocument.Fault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Hexadecimal.value(byte) else { throw fault }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }
}
