import Foundation
import Recordings
import Testing
import TradingModel

@testable import LiveWorld

@Suite struct `Tapes on the disk` {
    private func moment(_ milliseconds: Int64) -> Moment { Moment(nanoseconds: milliseconds * 1_000_000) }
    /// Does not compress.
    private func noise(_ count: Int, _ seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    @Test func `hold what was appended, while they are written and after`() throws {
        let scratch = try Scratch()
        let tape = try TapeFile(in: scratch.path, budget: 1 << 30, at: moment(5))
        try tape.append(Array("one".utf8))
        try tape.append(Array("two".utf8))
        let shelf = TapeShelf(in: scratch.path)
        let path = try #require(try shelf.tapes().first?.files.first)
        let early = try CompressedFile(path: path)
        #expect(String(decoding: early.bytes, as: UTF8.self) == "onetwo" && early.isCutOff)
        try tape.append(Array("three".utf8))
        tape.close()
        let late = try CompressedFile(path: path)
        #expect(String(decoding: late.bytes, as: UTF8.self) == "onetwothree" && !late.isCutOff)
        #expect(try shelf.tapes().map(\.began) == [moment(5)])
    }

    @Test func `are one a run, in files that fit into memory`() throws {
        let scratch = try Scratch()
        let tape = try TapeFile(in: scratch.path, budget: 1 << 30, at: moment(5))
        let zeros = [UInt8](repeating: 0, count: TapeFile.most / 2)
        for _ in 0..<5 { try tape.append(zeros) }
        tape.close()
        let other = try TapeFile(in: scratch.path, budget: 1 << 30, at: moment(4))
        try other.append([1])
        other.close()
        let tapes = try TapeShelf(in: scratch.path).tapes()
        #expect(tapes.map(\.began) == [moment(4), moment(5)] && tapes.map(\.files.count) == [1, 3])
        let sizes = try tapes[1].files.map { try CompressedFile(path: $0).bytes.count }
        #expect(sizes == [zeros.count * 2, zeros.count * 2, zeros.count])
    }

    @Test func `of the oldest runs go first, whole`() throws {
        let scratch = try Scratch()
        for run in 1...3 {
            let tape = try TapeFile(in: scratch.path, budget: 1 << 30, at: moment(Int64(run)))
            try tape.append(noise(1 << 20, UInt64(run)))
            tape.close()
        }
        let room = TapeFile.most / 4
        let last = try TapeFile(in: scratch.path, budget: room + 5 << 19, at: moment(4))
        try last.append([1])
        last.close()
        #expect(try TapeShelf(in: scratch.path).tapes().map(\.began) == [2, 3, 4].map { moment($0) })
    }

    @Test func `end with a word about the remedy where one run takes all the room`() throws {
        let scratch = try Scratch()
        let tape = try TapeFile(in: scratch.path, budget: 1 << 20, at: moment(1))
        try tape.append(noise(TapeFile.most, 1))
        #expect {
            try tape.append([1])
        } throws: {
            "\($0)".contains("store.tape")
        }
        tape.close()
    }

    @Test func `are none where nothing was taped`() throws {
        #expect(try TapeShelf(in: try Scratch().path).tapes().isEmpty)
    }
}
