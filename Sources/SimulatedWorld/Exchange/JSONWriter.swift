import TradingModel

/// Writes JSON into one byte buffer; commas are its business.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init() { bytes.reserveCapacity(512) }

    mutating func beginObject() { open(UInt8(ascii: "{")) }
    mutating func endObject() { close(UInt8(ascii: "}")) }
    mutating func beginArray() { open(UInt8(ascii: "[")) }
    mutating func endArray() { close(UInt8(ascii: "]")) }

    mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        let isPlain = bytes[start...].allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
        if !isPlain { escape(from: start) }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    private mutating func escape(from start: Int) {
        let raw = Array(bytes[start...])
        bytes.removeSubrange(start...)
        for byte in raw {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20: bytes += Array("\\u00".utf8) + Array(Hexadecimal.encode([byte]).utf8)
            default: bytes.append(byte)
            }
        }
    }

    mutating func integer(_ value: Int64) { raw(String(value)) }
    mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }
    mutating func null() { raw("null") }

    /// JSON text as it is: a number's spelling, an element echoed back.
    mutating func raw(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    mutating func raw(_ fragment: [UInt8]) {
        separate()
        bytes += fragment
        needsComma = true
    }

    /// A decimal with exactly `decimals` places: `raw` is an integer count of 10^-`scale`. Digits beyond are
    /// cut.
    mutating func decimal(_ raw: Int64, scale: Int, decimals: Int, quoted: Bool = true) {
        separate()
        if quoted { bytes.append(UInt8(ascii: "\"")) }
        JSONWriter.append(raw, scale: scale, decimals: decimals, to: &bytes)
        if quoted { bytes.append(UInt8(ascii: "\"")) }
        needsComma = true
    }

    /// A quoted decimal without trailing zeros: `raw` is an integer count of 10^-`scale`.
    mutating func plain(_ raw: Int64, scale: Int = SymbolRules.scale) {
        var value = raw
        var decimals = scale
        while decimals > 0, value % 10 == 0 {
            value /= 10
            decimals -= 1
        }
        decimal(value, scale: decimals, decimals: decimals)
    }

    /// An unquoted decimal with `decimals` places, more when the value needs them.
    mutating func number(_ raw: Int64, decimals: Int) {
        let shown = JSONWriter.shown(raw, decimals)
        decimal(raw, scale: SymbolRules.scale, decimals: shown, quoted: false)
    }

    /// `decimals`, or as many as a count of 10^-8 needs to be shown exactly.
    static func shown(_ raw: Int64, _ decimals: Int) -> Int {
        var shown = decimals
        while raw % DecimalText.power(SymbolRules.scale - shown) != 0 { shown += 1 }
        return shown
    }

    /// An amount as a quoted decimal with exactly `decimals` places.
    mutating func amount(_ amount: Amount, decimals: Int) {
        let unit = Int128(DecimalText.power(Amount.scale - decimals))
        decimal(Int64(clamping: amount.raw / unit), scale: decimals, decimals: decimals)
    }

    mutating func document(_ value: JSONDocument) {
        switch value {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .number(let text): raw(text)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { document(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                key(member.key)
                document(member.value)
            }
            endObject()
        }
    }

    mutating func field(_ name: String, _ text: String) {
        key(name)
        string(text)
    }

    mutating func field(_ name: String, _ value: Int64) {
        key(name)
        integer(value)
    }

    mutating func field(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    mutating func object(_ name: String? = nil, _ body: (inout JSONWriter) -> Void) {
        if let name { key(name) }
        beginObject()
        body(&self)
        endObject()
    }

    mutating func array(_ name: String? = nil, _ body: (inout JSONWriter) -> Void) {
        if let name { key(name) }
        beginArray()
        body(&self)
        endArray()
    }

    /// One object as bytes.
    static func object(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object(nil, body)
        return writer.bytes
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func open(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    /// Appends `raw` × 10^-`scale` with exactly `decimals` places.
    static func append(_ raw: Int64, scale: Int, decimals: Int, to bytes: inout [UInt8]) {
        var value = raw.magnitude
        var shown = scale
        while shown > decimals {
            value /= 10
            shown -= 1
        }
        if raw < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        var written = 0
        while shown < decimals {
            bytes.append(48)
            written += 1
            shown += 1
        }
        while value > 0 || written <= decimals {
            if written == decimals, decimals > 0 { bytes.append(UInt8(ascii: ".")) }
            bytes.append(48 + UInt8(truncatingIfNeeded: value % 10))
            value /= 10
            written += 1
        }
        var low = start
        var high = bytes.count - 1
        while low < high {
            bytes.swapAt(low, high)
            low += 1
            high -= 1
        }
    }
}
