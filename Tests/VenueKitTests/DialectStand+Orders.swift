import TradingModel

@testable import VenueKit

extension DialectStand {
    static let otherID = ClientOrderID(epoch: 7, node: 1, strategy: 2, intent: 12_346, leg: 1, attempt: 0)
    static let stamp = stamp(milliseconds: 1_700_000_000_000, nonce: 77)
    static let reference = OrderReference(id: id, instrument: InstrumentID(0), side: .buy)

    /// 0.5 at 61,000.5 on scales 2 and 8.
    static func order(_ timeInForce: TimeInForce, _ side: Side = .buy) -> OrderIntent {
        OrderIntent(
            id: id, venue: VenueID(0), instrument: InstrumentID(0), side: side,
            quantity: Quantity(raw: 50_000_000), limit: Price(raw: 6_100_050), timeInForce: timeInForce,
            purpose: .open, decidedAt: .distantPast, sendBefore: .distantFuture)
    }
}

extension VenueDialect {
    mutating func snapshotFrame(_ text: String, of instrument: InstrumentID = InstrumentID(0)) -> PublicFrame
    {
        snapshotFrame(Array(text.utf8), of: instrument)
    }

    mutating func snapshotFrame(_ bytes: [UInt8], of instrument: InstrumentID) -> PublicFrame {
        var frame = PublicFrame()
        bytes.withUnsafeBytes { decodeSnapshot($0, of: instrument, into: &frame) }
        return frame
    }

    mutating func privateFrame(_ bytes: [UInt8]) -> PrivateFrame {
        bytes.withUnsafeBytes { decodePrivate($0, token: "token") }
    }
}

/// Damage that no dialect may trap on or take for a book.
enum Damage {
    /// What every dialect must say about bytes that are no message of its venue.
    static let table: [(bytes: [UInt8], reason: QuarantineReason)] = [
        ([], .empty), (Array("  \n".utf8), .empty), (Array("<html><body>502</body></html>".utf8), .html),
        (Array("{".utf8), .truncated), (Array("nonsense".utf8), .wrongType), (Array("null".utf8), .wrongType),
        (Array("[]".utf8), .wrongType), (Array("7".utf8), .wrongType), (Array("{}".utf8), .unknownMessage),
        (Array("{\"foo\":1}".utf8), .unknownMessage), ([0xFF, 0xFE, 0x00], .notUTF8),
        (Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), .notUTF8),
        (Array(("{\"a\":" + String(repeating: "[", count: 100_000)).utf8), .tooDeep),
        ([UInt8](repeating: UInt8(ascii: " "), count: 64 << 20), .oversized),
    ]

    /// A copy with one to four random edits.
    static func damaged(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var copy = bytes
        let alphabet = Array("{}[]\":,0123456789.eE-tfnu\\ab\u{0}".utf8) + [0xFF, 0xC3, 0x80]
        for _ in 0...Int.random(in: 0...3, using: &random) where !copy.isEmpty {
            let index = Int.random(in: 0..<copy.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: copy[index] = alphabet.randomElement(using: &random) ?? 0
            case 1: copy.remove(at: index)
            case 2: copy.insert(alphabet.randomElement(using: &random) ?? 0, at: index)
            default:
                let end = Int.random(in: index..<copy.count, using: &random)
                copy.insert(contentsOf: copy[index...end], at: index)
            }
        }
        return copy
    }
}
