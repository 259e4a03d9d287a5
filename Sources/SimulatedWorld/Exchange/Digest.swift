/// SHA-2 (FIPS 180-4) and HMAC (RFC 2104), written for the doubles alone: what checks a signature must not be
/// the code that made it.
enum Digest {
    static func sha256(_ message: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [
            0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
            0x5be0_cd19,
        ]
        let padded = padded(message, block: 64)
        var schedule = [UInt32](repeating: 0, count: 64)
        for start in stride(from: 0, to: padded.count, by: 64) {
            for i in 0..<16 {
                schedule[i] = UInt32(truncatingIfNeeded: word(padded, start + 4 * i, bytes: 4))
            }
            for i in 16..<64 {
                let a = schedule[i - 15]
                let b = schedule[i - 2]
                let s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >> 3)
                let s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >> 10)
                schedule[i] = schedule[i - 16] &+ s0 &+ schedule[i - 7] &+ s1
            }
            schedule.withUnsafeBufferPointer { compress(&state, $0) }
        }
        return state.flatMap { bigEndian(UInt64($0), bytes: 4) }
    }

    static func sha512(_ message: [UInt8]) -> [UInt8] {
        var state: [UInt64] = [
            0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
            0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
        ]
        let padded = padded(message, block: 128)
        var schedule = [UInt64](repeating: 0, count: 80)
        for start in stride(from: 0, to: padded.count, by: 128) {
            for i in 0..<16 { schedule[i] = word(padded, start + 8 * i, bytes: 8) }
            for i in 16..<80 {
                let a = schedule[i - 15]
                let b = schedule[i - 2]
                let s0 = rotate(a, 1) ^ rotate(a, 8) ^ (a >> 7)
                let s1 = rotate(b, 19) ^ rotate(b, 61) ^ (b >> 6)
                schedule[i] = schedule[i - 16] &+ s0 &+ schedule[i - 7] &+ s1
            }
            schedule.withUnsafeBufferPointer { compress(&state, $0) }
        }
        return state.flatMap { bigEndian($0, bytes: 8) }
    }

    static func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        hmac(key: key, message, block: 64, hash: sha256)
    }

    static func hmacSHA512(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        hmac(key: key, message, block: 128, hash: sha512)
    }

    private static func hmac(
        key: [UInt8], _ message: [UInt8], block: Int, hash: ([UInt8]) -> [UInt8]
    ) -> [UInt8] {
        var padded = key.count > block ? hash(key) : key
        padded += [UInt8](repeating: 0, count: block - padded.count)
        let inner = hash(padded.map { $0 ^ 0x36 } + message)
        return hash(padded.map { $0 ^ 0x5c } + inner)
    }

    private static func compress(_ state: inout [UInt32], _ schedule: UnsafeBufferPointer<UInt32>) {
        var a = state[0]
        var b = state[1]
        var c = state[2]
        var d = state[3]
        var e = state[4]
        var f = state[5]
        var g = state[6]
        var h = state[7]
        for i in 0..<64 {
            let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let t1 =
                h &+ s1 &+ ((e & f) ^ (~e & g)) &+ UInt32(truncatingIfNeeded: constants[i] >> 32)
                &+ schedule[i]
            let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            let t2 = s0 &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
        }
        state[0] = state[0] &+ a
        state[1] = state[1] &+ b
        state[2] = state[2] &+ c
        state[3] = state[3] &+ d
        state[4] = state[4] &+ e
        state[5] = state[5] &+ f
        state[6] = state[6] &+ g
        state[7] = state[7] &+ h
    }

    private static func compress(_ state: inout [UInt64], _ schedule: UnsafeBufferPointer<UInt64>) {
        var a = state[0]
        var b = state[1]
        var c = state[2]
        var d = state[3]
        var e = state[4]
        var f = state[5]
        var g = state[6]
        var h = state[7]
        for i in 0..<80 {
            let s1 = rotate(e, 14) ^ rotate(e, 18) ^ rotate(e, 41)
            let t1 = h &+ s1 &+ ((e & f) ^ (~e & g)) &+ constants[i] &+ schedule[i]
            let s0 = rotate(a, 28) ^ rotate(a, 34) ^ rotate(a, 39)
            let t2 = s0 &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
        }
        state[0] = state[0] &+ a
        state[1] = state[1] &+ b
        state[2] = state[2] &+ c
        state[3] = state[3] &+ d
        state[4] = state[4] &+ e
        state[5] = state[5] &+ f
        state[6] = state[6] &+ g
        state[7] = state[7] &+ h
    }

    private static func rotate<W: FixedWidthInteger>(_ word: W, _ n: W) -> W {
        (word >> n) | (word << (W(W.bitWidth) - n))
    }

    /// The message, a one bit, zeros, and its length in bits as the last eight bytes of a block (the upper
    /// half of SHA-512's 128-bit length is always zero here).
    private static func padded(_ message: [UInt8], block: Int) -> [UInt8] {
        var out = message
        out.append(0x80)
        let lengthField = block / 8  // 64 bits in SHA-256, 128 in SHA-512
        let blocks = (out.count + lengthField + block - 1) / block
        out += repeatElement(0, count: blocks * block - 8 - out.count)
        return out + bigEndian(UInt64(message.count) * 8, bytes: 8)
    }

    private static func word(_ bytes: [UInt8], _ at: Int, bytes count: Int) -> UInt64 {
        var value: UInt64 = 0
        for i in 0..<count { value = value << 8 | UInt64(bytes[at + i]) }
        return value
    }

    private static func bigEndian(_ value: UInt64, bytes count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
    }
}
