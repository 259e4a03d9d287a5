/// Numbers as the journal's formats spell them: most significant byte first, so that keys sort as numbers do.
extension UnsafeRawBufferPointer {
    /// The integer at a byte offset; bounds are the caller's to check.
    func integer<Number: FixedWidthInteger>(at offset: Int) -> Number {
        Number(bigEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}

extension [UInt8] {
    mutating func append<Number: FixedWidthInteger>(bigEndian number: Number) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    mutating func append(_ fingerprint: Fingerprint) {
        append(bigEndian: fingerprint.first)
        append(bigEndian: fingerprint.second)
        append(bigEndian: fingerprint.third)
        append(bigEndian: fingerprint.fourth)
    }
}
