/// Hexadecimal, base64 (RFC 4648 §4) and percent encoding, as the venues' signatures and queries use them.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Lower case.
    static func encode(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The UTF-8 text behind `hex`; `nil` when it is not that.
    static func text(_ hex: String) -> String? {
        let input = Array(hex.utf8)
        guard input.count % 2 == 0 else { return nil }
        var out: [UInt8] = []
        for start in stride(from: 0, to: input.count, by: 2) {
            guard let high = value(input[start]), let low = value(input[start + 1]) else { return nil }
            out.append(high << 4 | low)
        }
        return String(validating: out, as: UTF8.self)
    }

    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 65...70: digit - 55
        case 97...102: digit - 87
        default: nil
        }
    }
}

enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var word: UInt32 = 0
            for i in 0..<3 { word = word << 8 | (i < group.count ? UInt32(group[start + i]) : 0) }
            for i in 0..<4 {
                out.append(
                    i <= group.count ? alphabet[Int(word >> UInt32(18 - 6 * i)) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// `nil` when `text` is not padded base64.
    static func decode(_ text: String) -> [UInt8]? {
        let input = Array(text.utf8)
        guard input.count % 4 == 0 else { return nil }
        var out: [UInt8] = []
        for start in stride(from: 0, to: input.count, by: 4) {
            var word: UInt32 = 0
            var padding = 0
            for i in 0..<4 {
                let byte = input[start + i]
                if byte == UInt8(ascii: "="), start + 4 == input.count, i >= 2 {
                    padding += 1
                    word <<= 6
                } else if padding == 0, let index = alphabet.firstIndex(of: byte) {
                    word = word << 6 | UInt32(index)
                } else {
                    return nil
                }
            }
            for i in 0..<(3 - padding) { out.append(UInt8(truncatingIfNeeded: word >> UInt32(16 - 8 * i))) }
        }
        return out
    }
}

enum PercentEncoding {
    /// Decodes `%XX` and, in forms and queries, `+` as a space. A stray `%` stays as it is.
    static func decode(_ text: some StringProtocol) -> String {
        let input = Array(text.utf8)
        guard input.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        var out: [UInt8] = []
        var index = 0
        while index < input.count {
            if input[index] == UInt8(ascii: "%"), index + 2 < input.count,
                let high = Hexadecimal.value(input[index + 1]), let low = Hexadecimal.value(input[index + 2])
            {
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(input[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : input[index])
                index += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
