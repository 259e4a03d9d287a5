import Books
import CAllocations
import Configuration
import Engine
import TradingModel
import VenueKit

/// Decode + apply + consolidate, one venue, one core. The first half of the frames warms books and buffers.
struct BookBench {
    private let captured: CapturedFrames
    private let venue: NodeConfiguration.Venue
    private let index: Int
    private let policyInstruments: [Instrument]

    init(_ configuration: NodeConfiguration, venue index: Int) throws {
        self.index = index
        venue = configuration.venues[index]
        policyInstruments = configuration.policy.instruments
        captured = try CapturedFrames(venue, seconds: 120)
    }

    func run(rounds: Int) throws -> BenchResults.Book {
        var results = (0..<rounds).map { _ in once() }
        results.sort { $0.nsPerFrame < $1.nsPerFrame }
        return results[rounds / 2]
    }

    private func once() -> BenchResults.Book {
        var dialect = captured.dialect
        var frame = PublicFrame()
        var books = policyInstruments.map { instrument in
            ConsolidatedBook(
                instrument,
                sources: [
                    .init(
                        venue: VenueID(index), proof: venue.profile.proof, depth: venue.profile.bookDepth,
                        takerFee: .zero)
                ])
        }
        for book in books.indices {
            books[book].connectionOpened(VenueID(index), epoch: 1, at: CapturedFrames.start)
        }
        let half = captured.pieces.count / 2
        var frames = 0
        var bytes = 0
        var began = Stopwatch.now
        var allocations = arbnode_allocations()
        for (number, entry) in captured.pieces.enumerated() {
            if number == half {
                frames = 0
                bytes = 0
                began = Stopwatch.now
                allocations = arbnode_allocations()
            }
            switch entry.piece {
            case .frame(let text):
                frames += 1
                bytes += text.count
                text.withUnsafeBytes { dialect.decodePublic($0, into: &frame) }
            case .snapshot(let body, let instrument):
                body.withUnsafeBytes { dialect.decodeSnapshot($0, of: instrument, into: &frame) }
            }
            guard frame.kind == .book else { continue }
            for book in 0..<frame.bookCount {
                _ = books[frame.books[book].instrument.index].apply(
                    frame.books[book], from: VenueID(index), at: entry.at)
            }
        }
        let spent = arbnode_allocations() - allocations
        let span = Double((Stopwatch.now - began).nanoseconds)
        precondition(books.allSatisfy { $0.synced.count == 1 }, "the captured frames prove their books")
        return BenchResults.Book(
            venue: venue.profile.name, frames: frames, framesPerS: Double(frames) / span * 1e9,
            nsPerFrame: span / Double(frames), allocationsPerFrame: Double(spent) / Double(frames),
            bytesPerFrame: Double(bytes) / Double(frames))
    }
}
