import Foundation
import Testing
import TradingModel

@testable import VenueKit

/// Every frame of the Binance spot and Bybit recordings decodes, and says what Foundation reads in it.
@Suite(.enabled(if: SharedMaterial.has("recordings/README.md"))) struct RecordedFramesTests {
    struct Counts {
        var snapshots = 0
        var deltas = 0
        var prints = 0
        var alive = 0
        var irrelevant = 0
    }

    static func symbols(_ names: [String]) -> SymbolTable {
        SymbolTable(
            names.enumerated().map { index, name in
                DialectStand.listing(DialectStand.instrument(index, name, "Q", price: 8, quantity: 8), name)
            })
    }

    static func count(_ frame: PublicFrame, _ counts: inout Counts) -> Bool {
        switch frame.kind {
        case .book:
            for book in frame.books[..<frame.bookCount] {
                if book.kind == .snapshot { counts.snapshots += 1 } else { counts.deltas += 1 }
            }
        case .trades: counts.prints += frame.trades.count
        case .alive: counts.alive += 1
        case .irrelevant, .terms: counts.irrelevant += 1
        case .refused, .reconnectRequested, .quarantined, .quarantinedTerms: return false
        }
        return true
    }

    /// Foundation's reading of one frame in a hundred, and of every REST body, must be the dialect's.
    static func check(
        _ book: BookUpdate, _ fields: [String: Any], _ names: (bids: String, asks: String, last: String),
        _ instrument: Instrument
    ) {
        #expect(LevelOracle.levels(book.bids, of: instrument) == LevelOracle.levels(fields[names.bids]))
        #expect(LevelOracle.levels(book.asks, of: instrument) == LevelOracle.levels(fields[names.asks]))
        #expect(book.lastSequence == (fields[names.last] as? NSNumber)?.int64Value)
    }

    static let binance: [(file: String, symbols: [String], snapshots: Int, deltas: Int)] = [
        (
            "binance-spot-four-2021-10-12.rec.gz", ["NKNUSDT", "BLZETH", "LRCBTC", "RUNEEUR"],
            4, 177
        ),
        (
            "binance-spot-btcusdt-2024-08-08.rec.gz", ["BTCUSDT"],
            1, 6_495
        ),
    ]
    @Test(arguments: binance.indices)
    func `Binance spot`(index: Int) throws {
        let (file, names, snapshots, deltas) = RecordedFramesTests.binance[index]
        let table = RecordedFramesTests.symbols(names)
        var dialect = BinanceDialect(
            profile: DialectStand.profile("binance-spot", proof: .spanningIDs), symbols: table)
        var counts = Counts()
        var frames = 0
        for line in try SharedMaterial.lines(file) {
            let frame: PublicFrame
            let isSnapshot = line.channel.hasPrefix("http GET /api/v3/depth?symbol=")
            if isSnapshot {
                let symbol = line.channel.split(separator: "=")[1].prefix { $0 != "&" }
                let listing = try #require(table.listing(symbol: String(symbol)))
                frame = dialect.snapshotFrame(line.payload, of: listing.instrument.id)
            } else if line.channel == "ws1" {
                frame = dialect.publicFrame(line.payload)
            } else {
                continue
            }
            frames += 1
            guard RecordedFramesTests.count(frame, &counts) else {
                Issue.record("\(frame.kind): \(String(decoding: line.payload.prefix(200), as: UTF8.self))")
                continue
            }
            guard frame.kind == .book, frames % 100 == 0 || isSnapshot || names.count > 1 else { continue }
            let book = frame.books[0]
            let object = try #require(try LevelOracle.object(line.payload))
            let fields = isSnapshot ? object : try #require(object["data"] as? [String: Any])
            let listing = try #require(table.listing(book.instrument))
            RecordedFramesTests.check(
                book, fields, isSnapshot ? ("bids", "asks", "lastUpdateId") : ("b", "a", "u"),
                listing.instrument)
            if !isSnapshot {
                #expect(book.firstSequence == (fields["U"] as? NSNumber)?.int64Value)
                #expect(book.venueTime.milliseconds == (fields["E"] as? NSNumber)?.int64Value)
                #expect(fields["s"] as? String == listing.symbol)
            }
        }
        #expect(counts.snapshots == snapshots && counts.deltas == deltas)
        #expect(counts.prints + counts.irrelevant + counts.deltas + counts.snapshots == frames)
    }

    @Test func `Bybit spot and linear`() throws {
        let table = RecordedFramesTests.symbols(["BTCUSDT", "ETHUSDT", "SOLUSDT", "DOGEUSDT"])
        var dialect = BybitDialect(
            profile: DialectStand.profile("bybit", proof: .consecutive), symbols: table)
        var counts = Counts()
        var last: [String: Int64] = [:]
        for line in try SharedMaterial.lines("bybit-spot-linear-2026-08-09.rec.gz") {
            guard line.channel == "ws1" || line.channel == "ws2" else { continue }
            let frame = dialect.publicFrame(line.payload)
            guard RecordedFramesTests.count(frame, &counts) else {
                Issue.record("\(frame.kind): \(String(decoding: line.payload.prefix(200), as: UTF8.self))")
                continue
            }
            guard frame.kind == .book else { continue }
            let book = frame.books[0]
            let key = "\(line.channel) \(book.instrument.index)"
            if book.kind == .delta { #expect(book.lastSequence == (last[key] ?? 0) + 1) }
            last[key] = book.lastSequence
            let object = try #require(try LevelOracle.object(line.payload))
            let fields = try #require(object["data"] as? [String: Any])
            let listing = try #require(table.listing(book.instrument))
            RecordedFramesTests.check(book, fields, ("b", "a", "u"), listing.instrument)
            #expect(book.venueTime.milliseconds == (object["ts"] as? NSNumber)?.int64Value)
        }
        #expect(counts.snapshots == 6 && counts.deltas == 2_142)
        #expect(counts.prints > 0 && counts.irrelevant > 0)
    }
}
