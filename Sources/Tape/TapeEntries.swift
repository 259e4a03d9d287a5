import Engine
import TradingModel

/// The configuration that a digest names.
public typealias TapePolicies = (String) throws(TapeFault) -> EnginePolicy

/// Reads a tape's blocks, entry by entry.
public struct TapeEntries {
    private var reader: TapeReader

    public init(_ bytes: [UInt8]) { reader = TapeReader(bytes) }

    /// `nil` at the end. Throws `.short` where the tape was cut off within an entry.
    public mutating func next(_ policies: TapePolicies) throws(TapeFault) -> TapeEntry? {
        while !reader.isAtEnd {
            switch try reader.byte() {
            case 0:
                let version = try reader.byte()
                guard version <= TapeEntry.version else { throw .newer(version) }
                reader.startOver()
            case 1:
                return .began(
                    TapeHeader(
                        version: try reader.text(), at: try reader.moment(), openings: try reader.natural(),
                        isDryRun: try reader.flag()))
            case 2: return .row(try reader.natural(), try reader.block())
            case 3:
                let at = try reader.moment()
                return .book(try reader.venue(), try reader.book(), at: at)
            case 4:
                let at = try reader.moment()
                return .event(try reader.event(policies), at: at)
            case 5: return .taken
            case 6: return .decided(try reader.natural())
            case 7: return .ended
            case let kind: throw .malformed("an entry of kind \(kind)")
            }
        }
        return nil
    }
}

extension TapeReader {
    fileprivate mutating func book() throws(TapeFault) -> BookUpdate {
        var update = BookUpdate(instrument: try instrument(), kind: try value(BookUpdate.Kind.self))
        update.lastSequence = try integer()
        update.firstSequence = update.lastSequence &- (try integer())
        if try flag() { update.previousSequence = update.lastSequence &- (try integer()) }
        update.checksum = try optional { reader throws(TapeFault) in
            UInt32(truncatingIfNeeded: try reader.natural())
        }
        update.venueTime = try moment()
        update.bids = try levels()
        update.asks = try levels()
        return update
    }

    private mutating func levels() throws(TapeFault) -> [LevelChange] {
        var levels: [LevelChange] = []
        let count = try count()
        levels.reserveCapacity(count)
        var last: Int64 = 0
        for _ in 0..<count {
            let sizes = try byte()
            let decimals = (price: try byte(), quantity: try byte())
            last &+= try folded(sizes & 0xF)
            levels.append(
                LevelChange(
                    price: Price(raw: last), quantity: Quantity(raw: try folded(sizes >> 4)),
                    priceDecimals: decimals.price, quantityDecimals: decimals.quantity))
        }
        return levels
    }

    private mutating func folded(_ size: UInt8) throws(TapeFault) -> Int64 {
        guard size <= 8 else { throw .malformed("a number of \(size) bytes") }
        var value: UInt64 = 0
        for place in 0..<UInt64(size) { value |= UInt64(try byte()) << (8 * place) }
        return TapeReader.unfolded(value)
    }
}
