import TradingModel

/// Writes numbers where there is surely room for them: book messages are many.
struct TapeCursor {
    private let start: UnsafeMutablePointer<UInt8>
    private var place: UnsafeMutablePointer<UInt8>

    /// A number takes at most this many bytes.
    static let most = 10
    /// A level at most these; what is stored reaches less than one level further.
    static let level = 19

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        // A buffer of no bytes has no address, and nobody asks for one.
        guard let base = buffer.baseAddress else { preconditionFailure("a cursor has room") }
        (start, place) = (base, base)
    }

    var count: Int { place - start }

    @inline(__always) mutating func byte(_ value: UInt8) {
        place.pointee = value
        place += 1
    }

    @inline(__always) mutating func natural(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        byte(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always) mutating func integer(_ value: Int64) { natural(TapeCursor.folded(value)) }

    /// Prices as steps from the one before. Each level says first how many bytes its two numbers take, so
    /// that nothing is looped or guessed at: a third of what numbers written byte by byte would cost.
    mutating func levels(_ levels: [LevelChange]) {
        natural(UInt64(levels.count))
        levels.withUnsafeBufferPointer { levels in
            var last: Int64 = 0
            for level in levels {
                let step = TapeCursor.folded(level.price.raw &- last)
                let quantity = TapeCursor.folded(level.quantity.raw)
                last = level.price.raw
                let (steps, quantities) = (TapeCursor.bytes(step), TapeCursor.bytes(quantity))
                byte(UInt8(truncatingIfNeeded: steps | quantities << 4))
                byte(level.priceDecimals)
                byte(level.quantityDecimals)
                store(step, steps)
                store(quantity, quantities)
            }
        }
    }

    /// Small numbers of either sign are small.
    @inline(__always) static func folded(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: value << 1 ^ value >> 63)
    }

    @inline(__always) private static func bytes(_ value: UInt64) -> Int {
        (71 - value.leadingZeroBitCount) >> 3
    }

    /// Eight bytes are written, `count` of them count.
    @inline(__always) private mutating func store(_ value: UInt64, _ count: Int) {
        UnsafeMutableRawPointer(place).storeBytes(of: value.littleEndian, as: UInt64.self)
        place += count
    }
}

extension TapeWriter {
    /// Ids count from the last one: a message of five levels takes some fifty bytes.
    mutating func book(_ update: borrowing BookUpdate, of venue: VenueID, at now: Moment) {
        let (bids, asks) = (update.bids, update.asks)
        let room = 16 * TapeCursor.most + (bids.count + asks.count + 1) * TapeCursor.level
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { buffer in
            var cursor = TapeCursor(buffer)
            cursor.byte(3)
            cursor.integer(step(to: now))
            cursor.natural(UInt64(venue.index))
            cursor.natural(UInt64(update.instrument.index))
            cursor.byte(update.kind.rawValue)
            cursor.integer(update.lastSequence)
            cursor.integer(update.lastSequence &- update.firstSequence)
            let hasPrevious = update.previousSequence != BookUpdate.none
            cursor.byte(hasPrevious ? 1 : 0)
            if hasPrevious { cursor.integer(update.lastSequence &- update.previousSequence) }
            cursor.byte(update.checksum == nil ? 0 : 1)
            if let checksum = update.checksum { cursor.natural(UInt64(checksum)) }
            cursor.integer(step(to: update.venueTime))
            cursor.levels(bids)
            cursor.levels(asks)
            append(UnsafeBufferPointer(rebasing: buffer[..<cursor.count]))
        }
    }
}
