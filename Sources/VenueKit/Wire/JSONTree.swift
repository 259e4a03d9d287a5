/// A JSON document in memory, numbers as their exact text. For REST answers and private frames, where a few
/// allocations do not matter and reading by name does.
public indirect enum JSONTree: Hashable, Sendable {
    case null
    case boolean(Bool)
    case number(String)
    case string(String)
    case array([JSONTree])
    case object([Member])

    public struct Member: Hashable, Sendable {
        public let name: String
        public let value: JSONTree
    }

    /// Parses a whole text; refuses duplicate keys.
    public init(_ bytes: UnsafeRawBufferPointer) throws(QuarantineReason) {
        var cursor = try WireJSON(bytes)
        self = try JSONTree.read(&cursor)
        try cursor.finish()
    }

    public init(_ bytes: [UInt8]) throws(QuarantineReason) {
        let result: Result<JSONTree, QuarantineReason> = bytes.withUnsafeBytes { buffer in
            do throws(QuarantineReason) { return .success(try JSONTree(buffer)) } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    static func read(_ cursor: inout WireJSON) throws(QuarantineReason) -> JSONTree {
        switch try cursor.peek() {
        case .null:
            _ = try cursor.null()
            return .null
        case .boolean: return .boolean(try cursor.boolean())
        case .number: return .number(try cursor.numberText().text)
        case .string: return .string(unescaped(try cursor.string()))
        case .array:
            var elements: [JSONTree] = []
            try cursor.enterArray()
            while try cursor.nextElement() { elements.append(try read(&cursor)) }
            return .array(elements)
        case .object:
            var members: [Member] = []
            var names: Set<String> = []
            try cursor.enterObject()
            while let key = try cursor.nextKey() {
                let name = unescaped(key)
                guard names.insert(name).inserted else { throw .duplicateKey }
                members.append(Member(name: name, value: try read(&cursor)))
            }
            return .object(members)
        }
    }

    static func unescaped(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.contains(UInt8(ascii: "\\")) else { return bytes.text }
        var units: [UInt16] = []
        var plain: [UInt8] = []
        var result = ""
        func flush() {
            result += String(decoding: plain, as: UTF8.self)
            plain.removeAll()
        }
        func flushUnits() {
            result += String(decoding: units, as: UTF16.self)
            units.removeAll()
        }
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\") else {
                if !units.isEmpty { flushUnits() }
                plain.append(bytes[index])
                index += 1
                continue
            }
            let escape = bytes[index + 1]
            if escape == UInt8(ascii: "u") {
                flush()
                units.append(
                    UInt16(String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
                        ?? 0xFFFD)
                index += 6
                continue
            }
            if !units.isEmpty { flushUnits() }
            switch escape {
            case UInt8(ascii: "b"): plain.append(8)
            case UInt8(ascii: "f"): plain.append(12)
            case UInt8(ascii: "n"): plain.append(10)
            case UInt8(ascii: "r"): plain.append(13)
            case UInt8(ascii: "t"): plain.append(9)
            default: plain.append(escape)
            }
            index += 2
        }
        flush()
        if !units.isEmpty { flushUnits() }
        return result
    }

    /// The member's value; `nil` when this is no object or has no such member.
    public subscript(_ name: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    public subscript(_ index: Int) -> JSONTree? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The elements of an array; empty for anything else.
    public var elements: [JSONTree] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// A string's content or a number's text.
    public var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        default: nil
        }
    }

    public var integer: Int64? { text.flatMap { Int64($0) } }

    public var isTrue: Bool? {
        if case .boolean(let flag) = self { flag } else { nil }
    }
}
