import ArgumentParser
import Books
import CAllocations
import Configuration
import TradingModel
import VenueKit

/// W1: raw depth frames through the live decoder into the live book, on one core; the best prices are read
/// after every frame, and their checksum proves that the work was the peers'.
struct BookWorkload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "w1", abstract: "Decode frames and keep the book: nanoseconds a frame.",
        discussion: "Example: arbnode bench w1 --frames perf/.peers/frames/gen_a.jsonl")

    @Option(help: "Frames in Binance's format, one a line; the first of each symbol is its snapshot.")
    var frames: String
    @Option(help: "Passes over all frames; the median counts.") var passes = 20

    func run() throws {
        let lines = try FrameLines(frames)
        var bench = try BookPasses(lines)
        let crc = bench.verify()
        var perFrame: [Double] = []
        var allocations = 0.0
        for _ in 0..<passes {
            let pass = bench.throughput()
            perFrame.append(pass.nanoseconds)
            allocations = pass.allocations
        }
        var samples = Samples()
        samples.reserve(passes * bench.frames)
        for _ in 0..<passes { bench.latency(into: &samples) }
        samples.sort()
        let nanoseconds = perFrame.median
        WorkloadLine.print(
            "W1", "live decoder + book",
            [
                "frames": Double(bench.frames), "ns_per_frame": nanoseconds,
                "ns_per_level": nanoseconds * Double(bench.frames) / Double(max(1, bench.levels)),
                "frames_per_s": 1e9 / nanoseconds, "p50_ns": samples.quantile(0.5),
                "p99_ns": samples.quantile(0.99), "p999_ns": samples.quantile(0.999),
                "allocations_per_frame": allocations,
            ], crc: ("bbo_crc", crc))
    }
}

/// The frames of one file, fed to fresh books pass after pass.
private struct BookPasses {
    /// Best bid and ask with their quantities, in units of 1e-8, as the peers' checksum takes them.
    private typealias Touch = (Int64, Int64, Int64, Int64)

    private let lines: FrameLines
    private var dialect: any VenueDialect
    private var frame = PublicFrame()
    private var books: [VenueBook] = []
    private let instruments: Int
    private var touches: [Touch]
    private(set) var levels = 0
    private let moment = CapturedFrames.start
    /// By instrument: the last message's id. Futures skip ids and name their predecessor instead (`pu`): what
    /// spot's proof asks is then whether the ids between are nobody's, and `verify` looks that `pu` says so.
    private var lasts: [Int64]

    /// Lines before the first that is not a symbol's snapshot.
    private let snapshots: Int
    var frames: Int { lines.lines.count - snapshots }

    init(_ lines: FrameLines) throws {
        self.lines = lines
        let venue = try CapturedFrames.binance()
        var symbols: [String] = []
        for line in lines.lines {
            guard let symbol = lines.with(line, BookPasses.symbol), !symbols.contains(symbol) else { break }
            symbols.append(symbol)
        }
        snapshots = symbols.count
        instruments = symbols.count
        let listings = symbols.enumerated().map { index, symbol in
            venue.listings[0].named(symbol, InstrumentID(index))
        }
        guard let dialect = DialectCatalog.make(venue.profile, listings) else { throw ExitCode(70) }
        self.dialect = dialect
        touches = Array(repeating: (0, 0, 0, 0), count: lines.lines.count)
        lasts = Array(repeating: 0, count: symbols.count)
    }

    /// One pass without a clock inside.
    mutating func throughput() -> (nanoseconds: Double, allocations: Double) {
        reset()
        let allocations = arbnode_allocations()
        let began = Stopwatch.now
        for number in snapshots..<lines.lines.count { touches[number] = step(number) }
        let span = Stopwatch.now - began
        let spent = arbnode_allocations() - allocations
        return (Double(span.nanoseconds) / Double(frames), Double(spent) / Double(frames))
    }

    /// One pass with a clock read on both sides of each frame.
    mutating func latency(into samples: inout Samples) {
        reset()
        for number in snapshots..<lines.lines.count {
            let began = Stopwatch.now
            touches[number] = step(number)
            samples.add((Stopwatch.now - began).nanoseconds)
        }
    }

    /// The checksum over the best prices after every frame.
    mutating func verify() -> UInt32 {
        reset()
        levels = 0
        var bytes: [UInt8] = []
        for number in snapshots..<lines.lines.count {
            let before = lasts
            let touch = step(number)
            let last = before[frame.books[0].instrument.index]
            // The first one behind a snapshot reaches back beyond it.
            if number >= 2 * snapshots, let named = lines.with(lines.lines[number], BookPasses.predecessor) {
                precondition(named == last, "line \(number + 1) follows \(last) and says \(named)")
            }
            levels += frame.books[0].bids.count + frame.books[0].asks.count
            withUnsafeBytes(of: touch) { bytes += $0 }
        }
        precondition(books.allSatisfy(\.isSynced), "the frames prove their books")
        return bytes.withUnsafeBytes { CRC32.shared.checksum($0) }
    }

    private mutating func reset() {
        books = (0..<instruments).map { _ in
            var book = VenueBook(BookRule(proof: .spanningIDs, priceScale: 8, quantityScale: 8, depth: 1_000))
            book.connectionOpened(epoch: 1, at: moment)
            return book
        }
        for number in 0..<snapshots { _ = step(number, as: .snapshot) }
    }

    @inline(__always)
    private mutating func step(_ number: Int, as kind: BookUpdate.Kind = .delta) -> Touch {
        lines.with(lines.lines[number]) { dialect.decodePublic($0, into: &frame) }
        guard case .book = frame.kind else { return (0, 0, 0, 0) }
        frame.books[0].kind = kind
        let book = frame.books[0].instrument.index
        frame.books[0].firstSequence = min(frame.books[0].firstSequence, lasts[book] + 1)
        lasts[book] = frame.books[0].lastSequence
        _ = books[book].apply(frame.books[0], at: moment)
        let (bid, ask) = (books[book].bids.best, books[book].asks.best)
        return (bid.price.raw, bid.quantity.raw, ask.price.raw, ask.quantity.raw)
    }

    private static func symbol(_ text: UnsafeRawBufferPointer) -> String? {
        text.behind("\"s\":\"").map {
            String(decoding: $0.prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
        }
    }

    /// Futures alone name one.
    private static func predecessor(_ text: UnsafeRawBufferPointer) -> Int64? {
        text.behind("\"pu\":").flatMap {
            Int64(
                String(
                    decoding: $0.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }, as: UTF8.self)
            )
        }
    }
}

extension Listing {
    /// The same listing under another symbol, with prices and quantities in units of 1e-8.
    fileprivate func named(_ symbol: String, _ id: InstrumentID) -> Listing {
        Listing(
            venue: venue,
            instrument: Instrument(
                id: id, base: Asset(symbol), quote: instrument.quote, priceScale: 8, quantityScale: 8),
            symbol: symbol, tick: Price(raw: 1), lot: Quantity(raw: 1), minimumQuantity: Quantity(raw: 1),
            maximumQuantity: Quantity(raw: .max / 4), minimumNotional: .zero, takerFee: takerFee,
            makerFee: makerFee, buyFeeInBase: buyFeeInBase)
    }
}

extension UnsafeRawBufferPointer {
    /// What stands behind the first place of `key`; `nil`: it is nowhere.
    fileprivate func behind(_ key: String) -> Slice<UnsafeRawBufferPointer>? {
        let key = Array(key.utf8)
        return indices.first {
            $0 + key.count < count && self[$0..<$0 + key.count].elementsEqual(key)
        }.map { self[($0 + key.count)...] }
    }
}
