import Foundation
import Recordings
import Replay
import Testing

/// Real venues' traffic against series computed by an independent program.
@Suite(.enabled(if: Recorded.arePresent, "recordings are not on this machine"))
struct RecordedDataTests {
    @Test(arguments: Recorded.all)
    func `the top of book equals the reference row for row`(name: String) throws {
        let top = TopInMemory()
        _ = try replay(Recorded.path(name), top: top)
        let (rows, reference) = (top.rows, try Recorded.referenceRows(name))
        #expect(reference.count > 100)
        #expect(rows.count == reference.count)
        let differing = zip(rows, reference).first { $0 != $1 }
        #expect(differing == nil, "first difference: \(String(describing: differing))")
    }

    struct Expectation: Sendable {
        var name: String
        var frames: Int64
        var books: Int
        var snapshots: Int64
        var deltas: Int64
        var proof: String
    }

    static let expectations = [
        Expectation(
            name: Recorded.binance, frames: 99_573, books: 1, snapshots: 1, deltas: 6_495, proof: "sequence"),
        Expectation(name: Recorded.four, frames: 265, books: 4, snapshots: 4, deltas: 177, proof: "sequence"),
        Expectation(name: Recorded.okx, frames: 410, books: 3, snapshots: 3, deltas: 287, proof: "checksum"),
        Expectation(
            name: Recorded.bybit, frames: 3_227, books: 6, snapshots: 6, deltas: 2_142, proof: "sequence"),
    ]

    @Test(arguments: expectations)
    func `every frame is consumed and every proof holds`(expected: Expectation) throws {
        let report = try replay(Recorded.path(expected.name))
        #expect(report.frames == expected.frames)
        #expect(report.books.count == expected.books)
        #expect(report.books.reduce(0) { $0 + $1.snapshots } == expected.snapshots)
        #expect(report.books.reduce(0) { $0 + $1.deltas } == expected.deltas)
        #expect(report.books.allSatisfy { $0.proof == expected.proof && $0.proofChecked > 0 })
        #expect(report.books.allSatisfy { $0.gaps == 0 && $0.proofFailed == 0 && $0.resyncs == 0 })
        #expect(report.books.allSatisfy { $0.crossedNanoseconds == 0 && $0.isSynced })
        #expect(report.quarantined.isEmpty)
        #expect(report.problems == nil)
    }

    @Test func `all two hundred and ninety checksums of OKX verify`() throws {
        let report = try replay(Recorded.path(Recorded.okx))
        #expect(report.books.reduce(0) { $0 + $1.proofChecked } == 290)
        #expect(report.books.reduce(0) { $0 + $1.trades } == 74)
    }

    @Test func `merged recordings keep their books apart and find no profit after real fees`() throws {
        let top = TopInMemory()
        let report = try replay(
            Recorded.path(Recorded.bybit), Recorded.path(Recorded.okx), Recorded.path(Recorded.four), top: top
        )
        #expect(report.frames == 3_227 + 410 + 265)
        #expect(report.books.count == 13)
        let reference = try [Recorded.four, Recorded.okx, Recorded.bybit].flatMap {
            try Recorded.referenceRows($0)
        }
        #expect(top.rows.count == reference.count)
        let differing = zip(top.rows, reference).first { $0 != $1 }
        #expect(
            differing == nil,
            "in the order of their years; first difference: \(String(describing: differing))")
        #expect(report.crossVenue?.allSatisfy { $0.moments == 0 } == true)
    }
}
