/// CRC-32 as in zlib and IEEE 802.3 (reflected 0xEDB88320), eight bytes a step.
public struct CRC32: Sendable {
    /// Eight tables of 256: `tables[256·k + b]` is the remainder of byte `b` followed by `k` zero bytes.
    private let tables: [UInt32]

    public static let shared = CRC32()

    init() {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var remainder = UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
            tables[byte] = remainder
        }
        for index in 256..<8 * 256 {
            let shorter = tables[index - 256]
            tables[index] = shorter >> 8 ^ tables[Int(shorter & 0xFF)]
        }
        self.tables = tables
    }

    public func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var remainder = UInt32.max
            var index = 0
            while index + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let mixed = word ^ UInt64(remainder)
                remainder =
                    tables[7 * 256 + Int(mixed & 0xFF)]
                    ^ tables[6 * 256 + Int(mixed >> 8 & 0xFF)]
                    ^ tables[5 * 256 + Int(mixed >> 16 & 0xFF)]
                    ^ tables[4 * 256 + Int(mixed >> 24 & 0xFF)]
                    ^ tables[3 * 256 + Int(mixed >> 32 & 0xFF)]
                    ^ tables[2 * 256 + Int(mixed >> 40 & 0xFF)]
                    ^ tables[1 * 256 + Int(mixed >> 48 & 0xFF)]
                    ^ tables[Int(mixed >> 56)]
                index += 8
            }
            while index < bytes.count {
                remainder = remainder >> 8 ^ tables[Int((remainder ^ UInt32(bytes[index])) & 0xFF)]
                index += 1
            }
            return ~remainder
        }
    }
}
