import Foundation
import Testing
import TradingModel

@testable import Books

@Suite struct ChecksumTests {
    @Test func `CRC-32 gives the standard check value and agrees bit by bit with the definition`() {
        #expect(crc("123456789") == 0xCBF4_3926)
        #expect(crc("") == 0)
        var dice = Dice(seed: 7)
        for length in 0..<70 {
            let bytes = (0..<length).map { _ in UInt8(dice.roll(256)) }
            #expect(bytes.withUnsafeBytes { CRC32.shared.checksum($0) } == bitwise(bytes))
        }
    }

    private func crc(_ text: String) -> UInt32 {
        Array(text.utf8).withUnsafeBytes { CRC32.shared.checksum($0) }
    }

    private func bitwise(_ bytes: [UInt8]) -> UInt32 {
        var remainder = UInt32.max
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
        }
        return ~remainder
    }

    @Test(arguments: [UInt64(11), 12, 13])
    func `the text under the checksum is the venue's spelling`(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        for _ in 0..<200 {
            let (priceScale, quantityScale) = (dice.roll(10), dice.roll(9))
            let rows = (0..<2).map { _ in
                (0..<dice.roll(40)).map { _ in (decimal(&dice, priceScale), decimal(&dice, quantityScale)) }
            }
            let bids = try ladder(.buy, rows[0], priceScale, quantityScale)
            let asks = try ladder(.sell, rows[1], priceScale, quantityScale)
            var checksum = BookChecksum(priceScale: priceScale, quantityScale: quantityScale)
            let (bidTexts, askTexts) = (
                texts(bids, priceScale, quantityScale), texts(asks, priceScale, quantityScale)
            )
            let kraken = (askTexts.prefix(10) + bidTexts.prefix(10)).flatMap { [$0.0, $0.1] }.map(stripped)
                .joined()
            #expect(checksum.kraken(bids: bids, asks: asks) == crc(kraken))
            var okx: [String] = []
            for depth in 0..<25 {
                if depth < bidTexts.count { okx += [bidTexts[depth].0, bidTexts[depth].1] }
                if depth < askTexts.count { okx += [askTexts[depth].0, askTexts[depth].1] }
            }
            #expect(checksum.okx(bids: bids, asks: asks) == crc(okx.joined(separator: ":")))
        }
    }

    private func stripped(_ text: String) -> String {
        String(text.filter { $0 != "." }.drop { $0 == "0" })
    }

    /// A positive decimal with up to `scale` significant decimals and some zeros more.
    private func decimal(_ dice: inout Dice, _ scale: Int) -> String {
        let decimals = dice.roll(scale + 1)
        let raw = Int64(1 + dice.roll(9_999_999))
        return DecimalText.format(raw, scale: decimals, decimals: decimals + dice.roll(3))
    }

    private func ladder(
        _ side: Side, _ rows: [(String, String)], _ priceScale: Int, _ quantityScale: Int
    ) throws -> Ladder {
        var ladder = Ladder(side, keepsSpelling: true)
        for (price, quantity) in rows {
            ladder.set(try change(price, quantity, priceScale, quantityScale))
        }
        return ladder
    }

    private func texts(_ ladder: Ladder, _ priceScale: Int, _ quantityScale: Int) -> [(String, String)] {
        (0..<ladder.count).map {
            let decimals = ladder.spelledDecimals($0)
            return (
                DecimalText.format(ladder[$0].price.raw, scale: priceScale, decimals: decimals.price),
                DecimalText.format(ladder[$0].quantity.raw, scale: quantityScale, decimals: decimals.quantity)
            )
        }
    }

    @Test(.enabled(if: vectors != nil, "checksum vectors are not on this machine"))
    func `recorded books of Kraken and OKX give the checksums their venues sent`() throws {
        let known = ["KRAKEN", "KRAKEN_V2", "OKX"]
        var compared = 0
        for vector in try #require(vectors) where known.contains(vector.venue) {
            guard let bidRows = vector.bids, let askRows = vector.asks else { continue }
            let priceScale = widest((bidRows + askRows).map { $0[0] })
            let quantityScale = widest((bidRows + askRows).map { $0[1] })
            var checksum = BookChecksum(priceScale: priceScale, quantityScale: quantityScale)
            let bids = try ladder(.buy, bidRows.map { ($0[0], $0[1]) }, priceScale, quantityScale)
            let asks = try ladder(.sell, askRows.map { ($0[0], $0[1]) }, priceScale, quantityScale)
            let isKraken = vector.venue.hasPrefix("KRAKEN")
            let found =
                isKraken ? checksum.kraken(bids: bids, asks: asks) : checksum.okx(bids: bids, asks: asks)
            #expect(found == UInt32(truncatingIfNeeded: vector.checksum_u32))
            compared += 1
        }
        #expect(compared == 3)
    }

    /// The most decimals any of these texts spells.
    private func widest(_ texts: [String]) -> Int {
        texts.map { $0.split(separator: ".").dropFirst().first?.count ?? 0 }.max() ?? 0
    }
}

/// A level from the texts a venue spelled.
func change(_ price: String, _ quantity: String, _ priceScale: Int, _ quantityScale: Int) throws
    -> LevelChange
{
    func parsed(_ text: String, _ scale: Int) throws -> DecimalText.Parsed {
        var copy = text
        return try copy.withUTF8 { try DecimalText.parse(UnsafeRawBufferPointer($0), scale: scale) }
    }
    let (price, quantity) = (try parsed(price, priceScale), try parsed(quantity, quantityScale))
    return LevelChange(
        price: Price(raw: price.raw), quantity: Quantity(raw: quantity.raw),
        priceDecimals: price.spelledDecimals,
        quantityDecimals: quantity.spelledDecimals)
}

private struct Vector: Decodable {
    let venue: String
    let bids: [[String]]?
    let asks: [[String]]?
    let checksum_u32: Int64
}

/// The vectors lie beside the repository, not in it.
private let vectors: [Vector]? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let shared =
        ProcessInfo.processInfo.environment["ARBNODE_SHARED"].map { URL(filePath: $0) }
        ?? root.deletingLastPathComponent().appending(path: "shared")
    // Absent file: the test is skipped and says so.
    guard let data = try? Data(contentsOf: shared.appending(path: "vectors/checksums.json")) else {
        return nil
    }
    // A file that is there but unreadable must fail the test rather than hide it.
    return (try? JSONDecoder().decode([Vector].self, from: data)) ?? []
}()
