import Testing
import TradingModel

@testable import Books

/// Every proof against every thing that happens to streams. Each row feeds messages and states what became of
/// each, and what the book shows at the end.
@Suite struct ProofTests {
    struct Story: CustomTestStringConvertible, Sendable {
        var name: String
        var proof: BookProof
        var messages: [BookUpdate]
        var outcomes: [BookOutcome]
        var ends: String
        var wantsSnapshot = false
        var testDescription: String { "\(proof.rawValue): \(name)" }
    }

    @Test(arguments: binance + okx + bybit)
    func `a book is proved or empty`(story: Story) {
        var book = openBook(story.proof)
        var outcomes: [BookOutcome] = []
        for update in story.messages {
            outcomes.append(book.apply(update, at: start))
            if !book.isSynced { #expect(book.bids.isEmpty && book.asks.isEmpty, "no size without proof") }
        }
        #expect(outcomes == story.outcomes)
        #expect(book.sketched == story.ends)
        #expect(book.wantsSnapshot(at: start) == story.wantsSnapshot)
    }

    static let binance: [Story] = [
        Story(
            name: "deltas wait for the snapshot, which drops what it contains and joins the rest",
            proof: .spanningIDs,
            messages: [
                delta(1...5, "100x1"), delta(6...9, "99x2"), snapshot(7, "98x3", "105x1"),
                delta(10...10, "98x0"),
            ],
            outcomes: [.buffered, .buffered, .synced, .applied], ends: "99x2 | 105x1"),
        Story(
            name: "a snapshot that contains every buffered delta needs none of them", proof: .spanningIDs,
            messages: [delta(1...5, "100x1"), snapshot(5, "98x3", "105x1")], outcomes: [.buffered, .synced],
            ends: "98x3 | 105x1"),
        Story(
            name: "a snapshot that ends right before the first buffered delta joins it", proof: .spanningIDs,
            messages: [delta(6...9, "99x2"), snapshot(5, "98x3", "105x1")], outcomes: [.buffered, .synced],
            ends: "99x2 98x3 | 105x1"),
        Story(
            name: "a snapshot older than the first buffered delta is refused, a newer one joins",
            proof: .spanningIDs,
            messages: [delta(6...9, "99x2"), snapshot(4, "98x3", "105x1"), snapshot(6, "97x1", "105x1")],
            outcomes: [.buffered, .lostProof(.snapshotTooOld), .synced], ends: "99x2 97x1 | 105x1"),
        Story(
            name: "after a snapshot that is too old another one is wanted", proof: .spanningIDs,
            messages: [delta(6...9, "99x2"), snapshot(4, "98x3", "105x1")],
            outcomes: [.buffered, .lostProof(.snapshotTooOld)], ends: "unsynced", wantsSnapshot: true),
        Story(
            name: "a removed delta costs the proof, the next snapshot joins what came since",
            proof: .spanningIDs,
            messages: [
                delta(1...5, ""), snapshot(5, "98x3", "105x1"), delta(8...9, "99x1"), delta(10...12, "97x1"),
                snapshot(9, "96x1", "105x1"),
            ],
            outcomes: [.buffered, .synced, .lostProof(.gap), .buffered, .synced], ends: "97x1 96x1 | 105x1"),
        Story(
            name: "a gap leaves the book unsynced", proof: .spanningIDs,
            messages: [
                delta(1...5, ""), snapshot(5, "98x3", "105x1"), delta(7...9, "99x1"), delta(10...10, ""),
            ],
            outcomes: [.buffered, .synced, .lostProof(.gap), .buffered], ends: "unsynced", wantsSnapshot: true
        ),
        Story(
            name: "a hole inside the buffer is found at the join", proof: .spanningIDs,
            messages: [
                delta(1...5, ""), delta(8...9, "99x1"), snapshot(5, "98x3", "105x1"),
                snapshot(7, "98x4", "105x1"),
            ],
            outcomes: [.buffered, .buffered, .lostProof(.gap), .synced], ends: "99x1 98x4 | 105x1"),
        Story(
            name: "doubled, late and overlapping deltas", proof: .spanningIDs,
            messages: [
                delta(1...5, ""), snapshot(5, "98x3", "105x1"), delta(6...7, "99x1"), delta(6...7, "99x1"),
                delta(6...6, "99x9"), delta(7...8, "99x2"),
            ],
            outcomes: [.buffered, .synced, .applied, .ignored(.duplicate), .ignored(.stale), .applied],
            ends: "99x2 98x3 | 105x1"),
        Story(
            name: "a doubled or late snapshot changes nothing", proof: .spanningIDs,
            messages: [
                delta(1...5, ""), snapshot(5, "98x3", "105x1"), delta(6...7, "99x1"),
                snapshot(5, "98x3", "105x1"),
                delta(8...8, "97x1"),
            ],
            outcomes: [.buffered, .synced, .applied, .ignored(.stale), .applied],
            ends: "99x1 98x3 97x1 | 105x1"),
        Story(
            name: "a newer snapshot replaces a proved book", proof: .spanningIDs,
            messages: [
                delta(1...5, ""), snapshot(5, "98x3", "105x1"), snapshot(9, "90x1", "95x1"),
                delta(6...9, "98x8"),
                delta(10...10, "91x1"),
            ],
            outcomes: [.buffered, .synced, .synced, .ignored(.duplicate), .applied],
            ends: "91x1 90x1 | 95x1"),
        Story(
            name: "a crossed book loses its proof", proof: .spanningIDs,
            messages: [delta(1...5, ""), snapshot(5, "98x3", "105x1"), delta(6...7, "105x1")],
            outcomes: [.buffered, .synced, .lostProof(.crossed)], ends: "unsynced"),
        Story(
            name: "a delta without ids proves nothing", proof: .spanningIDs,
            messages: [delta(1...5, ""), snapshot(5, "98x3", "105x1"), message(.delta, bids: "99x1")],
            outcomes: [.buffered, .synced, .lostProof(.unproven)], ends: "unsynced"),
    ]

    static let okx: [Story] = [
        Story(
            name: "each message names its predecessor", proof: .previousLink,
            messages: [okxSnapshot(10), okxDelta(10, 15, "99x1"), okxDelta(15, 16, "98x0")],
            outcomes: [.synced, .applied, .applied], ends: "99x1 | 105x1"),
        Story(
            name: "a keep-alive repeats its own id", proof: .previousLink,
            messages: [
                okxSnapshot(10), okxDelta(10, 10, ""), okxDelta(10, 10, ""), okxDelta(10, 15, "99x1"),
            ],
            outcomes: [.synced, .applied, .applied, .applied], ends: "99x1 98x3 | 105x1"),
        Story(
            name: "a smaller id after maintenance continues the chain", proof: .previousLink,
            messages: [okxSnapshot(10), okxDelta(10, 3, "99x1"), okxDelta(3, 5, "97x1")],
            outcomes: [.synced, .applied, .applied], ends: "99x1 98x3 97x1 | 105x1"),
        Story(
            name: "a doubled delta changes nothing", proof: .previousLink,
            messages: [
                okxSnapshot(10), okxDelta(10, 15, "99x1"), okxDelta(10, 15, "99x1"), okxDelta(15, 16, ""),
            ],
            outcomes: [.synced, .applied, .ignored(.duplicate), .applied], ends: "99x1 98x3 | 105x1"),
        Story(
            name: "a removed delta costs the proof, deltas wait, a snapshot proves it again",
            proof: .previousLink,
            messages: [okxSnapshot(10), okxDelta(12, 15, "99x1"), okxDelta(15, 16, ""), okxSnapshot(20)],
            outcomes: [.synced, .lostProof(.gap), .ignored(.awaitingSnapshot), .synced],
            ends: "98x3 | 105x1"),
        Story(
            name: "swapped deltas cost the proof", proof: .previousLink,
            messages: [okxSnapshot(10), okxDelta(15, 16, "97x1"), okxDelta(10, 15, "99x1")],
            outcomes: [.synced, .lostProof(.gap), .ignored(.awaitingSnapshot)], ends: "unsynced",
            wantsSnapshot: true),
        Story(
            name: "a delta before any snapshot waits; the subscription will bring one", proof: .previousLink,
            messages: [okxDelta(10, 15, "99x1")], outcomes: [.ignored(.awaitingSnapshot)], ends: "unsynced"),
        Story(
            name: "a legacy checksum proves alone", proof: .previousLink,
            messages: [
                legacy(.snapshot, "98x3", "105x1", "98:3:105:1"),
                legacy(.delta, "99x1", "", "99:1:105:1:98:3"),
                legacy(.delta, "99x1", "", "99:1:105:1:98:3"),
            ],
            outcomes: [.synced, .applied, .applied], ends: "99x1 98x3 | 105x1"),
        Story(
            name: "a legacy checksum shows a removed delta", proof: .previousLink,
            messages: [
                legacy(.snapshot, "98x3", "105x1", "98:3:105:1"),
                legacy(.delta, "97x1", "", "99:1:105:1:98:3:97:1"),
            ],
            outcomes: [.synced, .lostProof(.checksumMismatch)], ends: "unsynced", wantsSnapshot: true),
        Story(
            name: "a checksum beside the chain is verified too", proof: .previousLink,
            messages: [okxSnapshot(10), okxDelta(10, 15, "99x1", checksum: 1)],
            outcomes: [.synced, .lostProof(.checksumMismatch)], ends: "unsynced", wantsSnapshot: true),
        Story(
            name: "the retired checksum is zero and proves nothing", proof: .previousLink,
            messages: [okxSnapshot(10), okxDelta(10, 15, "99x1", checksum: 0), message(.delta, checksum: 0)],
            outcomes: [.synced, .applied, .lostProof(.unproven)], ends: "unsynced", wantsSnapshot: true),
        Story(
            name: "a locked book loses its proof", proof: .previousLink,
            messages: [okxSnapshot(10), okxDelta(10, 15, "105x1")],
            outcomes: [.synced, .lostProof(.crossed)],
            ends: "unsynced", wantsSnapshot: true),
    ]

    static let bybit: [Story] = [
        Story(
            name: "each update follows the last by one", proof: .consecutive,
            messages: [bybitSnapshot(10), bybitDelta(11, "99x1"), bybitDelta(12, "98x0")],
            outcomes: [.synced, .applied, .applied], ends: "99x1 | 105x1"),
        Story(
            name: "doubled and late updates change nothing", proof: .consecutive,
            messages: [
                bybitSnapshot(10), bybitDelta(11, "99x1"), bybitDelta(11, "99x1"), bybitDelta(10, "99x7"),
                bybitDelta(12, "97x1"),
            ],
            outcomes: [.synced, .applied, .ignored(.duplicate), .ignored(.stale), .applied],
            ends: "99x1 98x3 97x1 | 105x1"),
        Story(
            name: "a removed update costs the proof until a snapshot", proof: .consecutive,
            messages: [bybitSnapshot(10), bybitDelta(12, "99x1"), bybitDelta(13, ""), bybitSnapshot(20)],
            outcomes: [.synced, .lostProof(.gap), .ignored(.awaitingSnapshot), .synced],
            ends: "98x3 | 105x1"),
        Story(
            name: "a gap leaves the book unsynced", proof: .consecutive,
            messages: [bybitSnapshot(10), bybitDelta(12, "99x1"), bybitDelta(13, "")],
            outcomes: [.synced, .lostProof(.gap), .ignored(.awaitingSnapshot)], ends: "unsynced",
            wantsSnapshot: true),
        Story(
            name: "a snapshot replaces the book whatever its id", proof: .consecutive,
            messages: [bybitSnapshot(10), bybitDelta(11, "99x1"), bybitSnapshot(4), bybitDelta(5, "97x2")],
            outcomes: [.synced, .applied, .synced, .applied], ends: "98x3 97x2 | 105x1"),
        Story(
            name: "update one is a snapshot by whatever name", proof: .consecutive,
            messages: [
                bybitSnapshot(10_000), message(.delta, bids: "90x1", asks: "95x1", last: 1),
                message(.delta, bids: "90x1", asks: "95x1", last: 1), bybitDelta(2, "91x1"),
            ],
            outcomes: [.synced, .applied, .ignored(.duplicate), .applied], ends: "91x1 90x1 | 95x1"),
        Story(
            name: "a far step back is a restart whose snapshot is missing", proof: .consecutive,
            messages: [bybitSnapshot(10_000), bybitDelta(2, "91x1")], outcomes: [.synced, .lostProof(.gap)],
            ends: "unsynced", wantsSnapshot: true),
        Story(
            name: "a crossed book loses its proof", proof: .consecutive,
            messages: [bybitSnapshot(10), bybitDelta(11, "106x1")],
            outcomes: [.synced, .lostProof(.crossed)],
            ends: "unsynced", wantsSnapshot: true),
    ]

    private static func delta(_ ids: ClosedRange<Int64>, _ bids: String) -> BookUpdate {
        message(.delta, bids: bids, first: ids.lowerBound, last: ids.upperBound)
    }
    private static func snapshot(_ id: Int64, _ bids: String, _ asks: String) -> BookUpdate {
        message(.snapshot, bids: bids, asks: asks, last: id)
    }
    private static func okxSnapshot(_ id: Int64) -> BookUpdate {
        message(.snapshot, bids: "98x3", asks: "105x1", last: id, previous: -1)
    }
    private static func okxDelta(
        _ previous: Int64, _ id: Int64, _ bids: String, checksum: UInt32? = nil
    ) -> BookUpdate {
        message(.delta, bids: bids, last: id, previous: previous, checksum: checksum)
    }
    private static func legacy(
        _ kind: BookUpdate.Kind, _ bids: String, _ asks: String, _ text: String
    ) -> BookUpdate {
        message(kind, bids: bids, asks: asks, checksum: checksumOf(text))
    }
    private static func bybitSnapshot(_ id: Int64) -> BookUpdate {
        message(.snapshot, bids: "98x3", asks: "105x1", last: id)
    }
    private static func bybitDelta(_ id: Int64, _ bids: String) -> BookUpdate {
        message(.delta, bids: bids, last: id)
    }
}

func checksumOf(_ text: String) -> UInt32 { Array(text.utf8).withUnsafeBytes { CRC32.shared.checksum($0) } }
