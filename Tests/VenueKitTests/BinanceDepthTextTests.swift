import Testing
import TradingModel

@testable import VenueKit

/// A space behind the first brace is enough to send a frame to the general reader: it is the oracle here.
@Suite struct `Depth events read in one pass` {
    private struct Reading: Equatable {
        var kind: PublicFrame.Kind
        var instrument: InstrumentID?
        var unknown: String
        var first: Int64?
        var last: Int64?
        var time: Moment?
        var bids: [LevelChange]?
        var asks: [LevelChange]?
        init(_ frame: PublicFrame) {
            kind = frame.kind
            instrument = frame.quarantinedInstrument
            unknown = frame.unknownSymbol
            guard frame.kind == .book else { return }
            first = frame.books[0].firstSequence
            last = frame.books[0].lastSequence
            time = frame.books[0].venueTime
            bids = frame.books[0].bids
            asks = frame.books[0].asks
        }
    }

    private func read(_ bytes: [UInt8]) -> Reading {
        var binance = BinanceDialectTests.dialect()
        var frame = PublicFrame()
        bytes.withUnsafeBytes { binance.decodePublic($0, into: &frame) }
        return Reading(frame)
    }

    private func readGenerally(_ bytes: [UInt8]) -> Reading {
        guard bytes.first == UInt8(ascii: "{") else { return read(bytes) }
        return read([UInt8(ascii: "{"), 0x20] + bytes.dropFirst())
    }

    private func isReadInOnePass(_ bytes: [UInt8]) -> Bool {
        var frame = PublicFrame()
        return bytes.withUnsafeBytes { bytes in
            guard var plain = BinanceDepthText(bytes) else { return false }
            return plain.read(BinanceDialectTests.dialect().symbols, into: &frame)
        }
    }

    static let event = """
        {"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":100,"u":105,\
        "b":[["61737.63000000","0.00000000"],["61730.17","15"]],"a":[["61837.64000000","1.54698000"]]}
        """
    static let samples: [[UInt8]] = [
        event, BinanceDialectTests.combined(event),
        BinanceDialectTests.combined(
            #"{"e":"depthUpdate","E":5,"T":4,"s":"ETHBTC","U":0,"u":0,"pu":7,"b":[],"a":[]}"#),
    ].map { Array($0.utf8) }

    @Test(arguments: samples) func `as the venue spells them, they are read in one pass`(bytes: [UInt8]) {
        #expect(isReadInOnePass(bytes))
        #expect(read(bytes) == readGenerally(bytes))
        #expect(read(bytes).kind == .book)
    }

    @Test(arguments: samples) func `cut, changed, doubled: both readers say the same`(bytes: [UInt8]) {
        for length in 0..<bytes.count {
            #expect(read(Array(bytes[..<length])) == readGenerally(Array(bytes[..<length])))
        }
        var random = SplitMix(state: 11)
        let alphabet = Array("{}[]\",:.-+eEsuUbapT019 \\\u{7F}".utf8) + [0x00, 0xC3]
        for _ in 0..<20_000 {
            var changed = bytes
            for _ in 0...Int.random(in: 0...2, using: &random) {
                let place = Int.random(in: 1..<changed.count, using: &random)
                switch Int.random(in: 0...3, using: &random) {
                case 0: changed[place] = alphabet.randomElement(using: &random) ?? 0
                case 1: changed.remove(at: place)
                case 2: changed.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
                default:
                    let end = min(changed.count, place + Int.random(in: 1...40, using: &random))
                    changed.insert(contentsOf: Array(changed[place..<end]), at: place)
                }
            }
            let (fast, slow) = (read(changed), readGenerally(changed))
            if fast != slow {
                Issue.record("\(String(decoding: changed, as: UTF8.self)): \(fast) and \(slow)")
                return
            }
        }
    }
}
