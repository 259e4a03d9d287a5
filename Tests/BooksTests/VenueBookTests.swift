import Testing
import TradingModel

@testable import Books

@Suite struct VenueBookTests {
    @Test func `Kraken's book is cut to its depth before the checksum of the top ten`() {
        var book = openBook(.checksum, depth: 3)
        let snapshot = message(
            .snapshot, bids: "9x1 8x2 7x3", asks: "11x1 12x2 13x3",
            checksum: checksumOf("111122133" + "918273"))
        #expect(book.apply(snapshot, at: start) == .synced)
        let better = message(.delta, asks: "10x5", checksum: checksumOf("105111122" + "918273"))
        #expect(book.apply(better, at: start) == .applied)
        #expect(book.sketched == "9x1 8x2 7x3 | 10x5 11x1 12x2")
        #expect(book.apply(better, at: start) == .applied, "a doubled message verifies and changes nothing")
        #expect(book.sketched == "9x1 8x2 7x3 | 10x5 11x1 12x2")
        let afterAMissingOne = message(.delta, asks: "11x0", checksum: checksumOf("105122133" + "918273"))
        #expect(book.apply(afterAMissingOne, at: start) == .lostProof(.checksumMismatch))
        #expect(book.sketched == "unsynced")
        #expect(book.wantsSnapshot(at: start))
        #expect(book.apply(better, at: start) == .ignored(.awaitingSnapshot))
        #expect(book.apply(snapshot, at: start) == .synced)
        #expect(book.counters.checksumsChecked == 5)
        #expect(book.counters.checksumsFailed == 1)
        #expect(book.counters.resyncs == 1)
    }

    @Test func `Kraken's message without a checksum proves nothing`() {
        var book = openBook(.checksum)
        #expect(book.apply(message(.snapshot, bids: "9x1"), at: start) == .lostProof(.unproven))
        #expect(book.sketched == "unsynced")
    }

    @Test func `Binance's book asks once the stream flows, or after a second of silence`() {
        let book = openBook(.spanningIDs)
        #expect(!book.wantsSnapshot(at: start))
        #expect(!book.wantsSnapshot(at: start + VenueBook.firstDeltaWait))
        #expect(book.wantsSnapshot(at: start + VenueBook.firstDeltaWait + .milliseconds(1)))
        var busy = openBook(.spanningIDs)
        #expect(busy.apply(message(.delta, bids: "9x1", first: 5, last: 6), at: start) == .buffered)
        #expect(busy.wantsSnapshot(at: start))
    }

    @Test(arguments: BookProof.allCases)
    func `a quarantined frame costs the proof in the same call`(proof: BookProof) {
        var book = synced(proof)
        #expect(book.quarantined("bad-number") == .lostProof(.quarantined("bad-number")))
        #expect(book.sketched == "unsynced")
        #expect(book.loss?.name == "bad-number")
        #expect(book.counters.quarantined == 1)
    }

    @Test(arguments: BookProof.allCases)
    func `a lost connection empties the book and nothing is applied until the next one`(proof: BookProof) {
        var book = synced(proof)
        book.connectionLost()
        #expect(book.sketched == "unsynced")
        #expect(!book.wantsSnapshot(at: start))
        #expect(book.loss == .connectionLost)
        #expect(book.apply(seed(proof), at: start) == .ignored(.offline))
        book.connectionOpened(epoch: 2, at: start)
        #expect(book.epoch == 2)
        #expect(book.apply(seed(proof), at: start + .seconds(1)) == .synced)
        #expect(book.provedAt == start + .seconds(1))
        #expect(book.age(at: start + .seconds(3)) == .seconds(2))
        #expect(book.loss == nil)
        #expect(book.counters.resyncs == 1)
    }

    @Test(arguments: BookProof.allCases)
    func `a first sync is not a resync`(proof: BookProof) {
        #expect(synced(proof).counters.resyncs == 0)
        #expect(synced(proof).counters.snapshots == 1)
    }

    @Test func `a snapshot is asked for once`() {
        var book = synced(.consecutive)
        _ = book.quarantined("malformed-json")
        #expect(book.wantsSnapshot(at: start))
        book.snapshotRequested(at: start)
        #expect(!book.wantsSnapshot(at: start))
        #expect(book.snapshotAskedAt == start)
        #expect(book.apply(message(.delta, last: 7), at: start) == .ignored(.awaitingSnapshot))
        #expect(!book.wantsSnapshot(at: start), "what is still in flight does not ask again")
        book.snapshotFailed()
        #expect(book.wantsSnapshot(at: start))
    }

    @Test
    func `Binance's book asks only when a delta waits to be joined, and a request outlives a bad frame`() {
        var book = openBook(.spanningIDs)
        #expect(!book.wantsSnapshot(at: start))
        _ = book.apply(message(.delta, first: 1, last: 2), at: start)
        #expect(book.wantsSnapshot(at: start))
        book.snapshotRequested(at: start)
        _ = book.quarantined("malformed-json")
        #expect(!book.wantsSnapshot(at: start), "ids will judge the snapshot under way")
        #expect(book.apply(message(.snapshot, bids: "9x1", last: 2), at: start) == .synced)
    }

    @Test func `Bybit's repeated id shows that a quiet book is current`() {
        var book = synced(.consecutive)
        let later = start + .seconds(3)
        #expect(book.apply(message(.delta, last: book.lastSequence), at: later) == .ignored(.duplicate))
        #expect(book.provedAt == later)
    }

    @Test func `the buffer before a snapshot is bounded and keeps the newest`() {
        var book = openBook(.spanningIDs)
        let many = Int64(PendingDeltas.maximumMessages * 3)
        for id in 1...many {
            _ = book.apply(message(.delta, bids: "\(id)x1", first: id, last: id), at: start)
        }
        #expect(book.pending.messages.count <= PendingDeltas.maximumMessages)
        #expect(book.apply(message(.snapshot, last: 1), at: start) == .lostProof(.snapshotTooOld))
        #expect(book.apply(message(.snapshot, bids: "5x5", last: many - 2), at: start) == .synced)
        #expect(book.sketched == "\(many)x1 \(many - 1)x1 5x5 | ")
    }

    @Test func `one enormous delta alone is kept whatever the bound`() {
        var pending = PendingDeltas()
        var update = message(.delta, bids: "1x1", first: 1, last: 1)
        pending.append(update)
        update.bids = Array(repeating: update.bids[0], count: PendingDeltas.maximumLevels + 1)
        pending.append(update)
        #expect(pending.messages.count == 1)
    }

    private func seed(_ proof: BookProof) -> BookUpdate {
        message(
            .snapshot, bids: "9x1", asks: "11x2", last: proof == .checksum ? -1 : 5,
            checksum: proof == .checksum ? checksumOf("112" + "91") : nil)
    }

    private func synced(_ proof: BookProof) -> VenueBook {
        var book = openBook(proof)
        #expect(book.apply(seed(proof), at: start) == .synced)
        return book
    }
}
