extension Recording {
    /// The recording as somebody would have made it who asked for these symbols alone: frames that speak of
    /// another recorded symbol and of none of these are left out. A frame names a symbol as a whole word, in
    /// either case (Binance's stream names are lower case).
    func only(_ wanted: [String]) -> Recording {
        let others = symbols.filter { !wanted.contains($0) }.map { SymbolWord($0) }
        guard !others.isEmpty else { return self }
        let wanted = wanted.map { SymbolWord($0) }
        return bytes.withUnsafeBufferPointer { all in
            filtered { frame in
                let text = UnsafeBufferPointer(rebasing: all[frame.bytes])
                return !others.contains { $0.stands(in: text) } || wanted.contains { $0.stands(in: text) }
            }
        }
    }
}

/// A symbol to be looked for in text.
private struct SymbolWord {
    private let lower: [UInt8]

    init(_ symbol: String) { lower = Array(symbol.lowercased().utf8) }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// Letters, digits and what joins the parts of a symbol.
    private static func belongs(_ byte: UInt8) -> Bool {
        switch lowered(byte) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    func stands(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = lower.first, text.count >= lower.count else { return false }
        for start in 0...(text.count - lower.count) where SymbolWord.lowered(text[start]) == first {
            guard start == 0 || !SymbolWord.belongs(text[start - 1]) else { continue }
            let end = start + lower.count
            guard end == text.count || !SymbolWord.belongs(text[end]) else { continue }
            if (1..<lower.count).allSatisfy({ SymbolWord.lowered(text[start + $0]) == lower[$0] }) {
                return true
            }
        }
        return false
    }
}
