import ArgumentParser
import Books
import TradingModel
import VenueKit

/// W5: a recording replayed as fast as it goes. `decoded`: changes that were decoded before, into the books
/// of the venue and of the node, as a backtest keeps both. `raw`: the text itself through decoder, books and
/// engine. `whole node`: a backtest of the same frames.
struct ReplayWorkload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "w5", abstract: "Replay: changes and frames a second.",
        discussion: "Example: arbnode bench w5 --frames perf/.peers/frames/gen_a.jsonl")

    @Option(help: "Frames in Binance's format, one a line; the first is the snapshot.") var frames: String
    @Option(help: "Passes over all frames; the median counts.") var passes = 10

    func run() throws {
        let lines = try FrameLines(frames)
        try decoded(lines)
        try raw(lines)
        try wholeNode(lines)
    }

    private func decoded(_ lines: FrameLines) throws {
        let recording = try DecodedFrames(lines)
        var perFrame: [Double] = []
        var spreads: Int64 = 0
        for _ in 0..<passes {
            var update = BookUpdate()
            var (venues, ours) = (recording.book(), recording.book())
            recording.read(0, into: &update)
            _ = venues.apply(update, from: VenueID(0), at: update.venueTime)
            _ = ours.apply(update, from: VenueID(0), at: update.venueTime)
            let began = Stopwatch.now
            for number in 1..<recording.count {
                recording.read(number, into: &update)
                _ = venues.apply(update, from: VenueID(0), at: update.venueTime)
                _ = ours.apply(update, from: VenueID(0), at: update.venueTime)
                let top = ours.tops[0]
                spreads &+= top.ask.price.raw &- top.bid.price.raw
            }
            perFrame.append(Double((Stopwatch.now - began).nanoseconds) / Double(recording.count - 1))
        }
        precondition(spreads > 0, "the books show a spread")
        print("decoded", perFrame.median, recording)
    }

    private func raw(_ lines: FrameLines) throws {
        let recording = try DecodedFrames(lines)
        var perFrame: [Double] = []
        for _ in 0..<passes {
            var pass = try DecisionPass(lines, venues: 1)
            perFrame.append(pass.throughput().nanoseconds)
        }
        print("raw", perFrame.median, recording)
    }

    private func wholeNode(_ lines: FrameLines) throws {
        let (recording, replay) = (try DecodedFrames(lines), try WholeNodeReplay(lines))
        var perFrame: [Double] = []
        for _ in 0..<passes {
            let (nanoseconds, frames) = try replay.run()
            guard frames >= recording.count - 1 else {
                Terminal.say("the node took \(frames) of \(recording.count - 1) frames")
                throw ExitCode(70)
            }
            perFrame.append(nanoseconds / Double(frames))
        }
        print("whole node", perFrame.median, recording)
    }

    private func print(_ variant: String, _ perFrame: Double, _ recording: DecodedFrames) {
        let perDelta = perFrame * Double(recording.count - 1) / Double(max(1, recording.deltas))
        WorkloadLine.print(
            "W5", variant,
            ["deltas_per_s": 1e9 / perDelta, "frames_per_s": 1e9 / perFrame, "ns_per_delta": perDelta])
    }
}

/// Frames decoded before: their changes lie one behind the other, as a backtest's file has them.
private struct DecodedFrames {
    private struct Frame {
        let bids: Range<Int>
        let asks: Range<Int>
        let kind: BookUpdate.Kind
        let first: Int64
        let last: Int64
        let at: Moment
    }

    private var frames: [Frame] = []
    private var changes: [LevelChange] = []
    private let instrument: Instrument
    var count: Int { frames.count }
    /// Changes behind the snapshot.
    var deltas: Int { changes.count - frames[0].asks.upperBound }

    init(_ lines: FrameLines) throws {
        var (dialect, listing) = try DecisionPass.binance()
        instrument = listing.instrument
        var frame = PublicFrame()
        for (number, line) in lines.lines.enumerated() {
            lines.with(line) { dialect.decodePublic($0, into: &frame) }
            let update = frame.books[0]
            let start = changes.count
            changes += update.bids
            let middle = changes.count
            changes += update.asks
            frames.append(
                Frame(
                    bids: start..<middle, asks: middle..<changes.count,
                    kind: number == 0 ? .snapshot : .delta,
                    first: update.firstSequence, last: update.lastSequence, at: update.venueTime))
        }
    }

    func book() -> ConsolidatedBook {
        var book = ConsolidatedBook(
            instrument,
            sources: [.init(venue: VenueID(0), proof: .spanningIDs, depth: 1_000, takerFee: .zero)])
        book.connectionOpened(VenueID(0), epoch: 1, at: frames[0].at)
        return book
    }

    func read(_ number: Int, into update: inout BookUpdate) {
        let frame = frames[number]
        update.reset(instrument: instrument.id, kind: frame.kind)
        update.bids += changes[frame.bids]
        update.asks += changes[frame.asks]
        update.firstSequence = frame.first
        update.lastSequence = frame.last
        update.venueTime = frame.at
    }
}
