import Journal

/// A seal for simulated disks: no cryptography, but no flipped bit, cut or swap of a simulation passes it,
/// and
/// it costs a tenth of SHA-256 written in Swift.
enum QuickSeal {
    static let seal: Seal = { front, rest in
        var low: UInt64 = 0x9E37_79B9_7F4A_7C15
        var high: UInt64 = 0xC2B2_AE3D_27D4_EB4F
        absorb(front, &low, &high)
        absorb(rest, &low, &high)
        let third = SeededHash.mix(low ^ high)
        return Fingerprint(low, high, third, SeededHash.mix(third &+ low))
    }

    private static func absorb(
        _ bytes: UnsafeRawBufferPointer, _ low: inout UInt64, _ high: inout UInt64
    ) {
        var offset = 0
        while offset + 8 <= bytes.count {
            step(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self), &low, &high)
            offset += 8
        }
        var last = UInt64(bytes.count) << 56
        while offset < bytes.count {
            last = last &* 257 &+ UInt64(bytes[offset])
            offset += 1
        }
        step(last, &low, &high)
    }

    @inline(__always)
    private static func step(_ word: UInt64, _ low: inout UInt64, _ high: inout UInt64) {
        let product = (low ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        // The word itself goes into the other half too: a multiplication by zero must not swallow it.
        low = product.high ^ product.low &+ (word << 1 | 1)
        high = (high ^ word) &* 0xE703_7ED1_A0B4_28DB ^ (high >> 29)
    }
}
