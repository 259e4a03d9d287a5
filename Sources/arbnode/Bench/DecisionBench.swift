import ArgumentParser
import CAllocations
import Configuration
import Engine
import Node
import TradingModel
import VenueKit

/// Frame → decision through the whole engine, four venues merged by time, no orders sent: every frame is
/// decoded, applied, consolidated and judged by the strategies.
struct DecisionBench {
    private let configuration: NodeConfiguration
    private let captured: [CapturedFrames]

    init() throws {
        configuration = try CapturedFrames.configuration()
        captured = try configuration.venues.map { try CapturedFrames($0, seconds: 60) }
    }

    func run() throws -> BenchResults.Decision {
        var engine = TradingEngine(
            policy: configuration.policy, recovery: Recovery(policy: configuration.policy))
        var dialects = captured.map(\.dialect)
        var frame = PublicFrame()
        for index in captured.indices {
            let instruments = captured[index].listings.map(\.instrument.id)
            engine.process(.publicStream(VenueID(index), instruments, isOpen: true), at: CapturedFrames.start)
            engine.process(
                .privateStream(VenueID(index), isReady: true, reason: ""), at: CapturedFrames.start)
            engine.process(.reconciled(VenueID(index)), at: CapturedFrames.start)
            engine.process(.headroom(VenueID(index), 1_000), at: CapturedFrames.start)
        }
        // No balances: every edge is found and judged, and none can be afforded, so the stream stays as
        // captured.
        var merged: [(venue: Int, at: Moment, piece: CapturedFrames.Piece)] = []
        for (index, capture) in captured.enumerated() {
            merged += capture.pieces.map { (index, $0.at, $0.piece) }
        }
        merged.sort { ($0.at, $0.venue) < ($1.at, $1.venue) }
        var log = LatencyLog()
        let half = merged.count / 2
        var allocations = arbnode_allocations()
        var began = Stopwatch.now
        for (number, entry) in merged.enumerated() {
            if number == half {
                log = LatencyLog()
                allocations = arbnode_allocations()
                began = Stopwatch.now
            }
            let before = Stopwatch.now
            switch entry.piece {
            case .frame(let text):
                text.withUnsafeBytes { dialects[entry.venue].decodePublic($0, into: &frame) }
            case .snapshot(let body, let instrument):
                body.withUnsafeBytes {
                    dialects[entry.venue].decodeSnapshot($0, of: instrument, into: &frame)
                }
            }
            if frame.kind == .book {
                for book in 0..<frame.bookCount {
                    engine.apply(book: frame.books[book], of: VenueID(entry.venue), at: entry.at)
                }
            }
            log.record(Stopwatch.now - before)
            if engine.hasDirectives { _ = engine.takeDirectives() }
        }
        let frames = merged.count - half
        let span = Double((Stopwatch.now - began).nanoseconds)
        return BenchResults.Decision(
            frames: frames, framesPerS: Double(frames) / span * 1e9, frameToDecisionUs: .init(log),
            allocationsPerFrame: Double(arbnode_allocations() - allocations) / Double(frames))
    }
}
