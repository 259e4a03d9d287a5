import Foundation
import LiveWorld
import Node
import Ports
import Synchronization
import TradingModel

/// Durable appends on this disk, each next to a plain synced put of RocksDB, in turns within one run; then
/// the
/// opening of a store with a million rows.
struct OutboxBench {
    private let directory: String
    private let outbox: RocksOutbox
    private let plain: PlainTable
    private let row = [UInt8](repeating: 0x5A, count: 200)
    private let rounds: Int
    private var nextKey: UInt64 = 1

    /// Rows whose recovery is measured.
    static let recoveredRows = 1_000_000

    static func run(rounds: Int, isQuick: Bool = false) throws -> BenchResults.Outbox {
        let directory = try DemoDirectory(nil)
        defer { directory.discard() }
        var bench = try OutboxBench(directory.path, rounds: rounds)
        let single = try bench.compare(batch: 1, count: isQuick ? 20 : 200)
        let batch = try bench.compare(batch: 64, count: isQuick ? 5 : 40)
        let group = try bench.group()
        bench.outbox.close()
        let recovery = try OutboxBench.recovery(directory.path, rows: isQuick ? 4_000 : recoveredRows)
        return BenchResults.Outbox(
            single: single, batchOf64: batch, group: group,
            recordsPerS: 64 / (batch.outboxUs.p50 ?? .infinity) * 1e6, recovery: recovery)
    }

    private init(_ directory: String, rounds: Int) throws {
        self.directory = directory
        self.rounds = rounds
        outbox = try RocksOutbox(directory: directory + "/outbox", limits: .demonstration)
        plain = try PlainTable(directory + "/plain")
    }

    private mutating func put(_ rows: [[UInt8]]) throws {
        try plain.put(rows, from: nextKey)
        nextKey += UInt64(rows.count)
    }

    /// Outbox and plain put take turns, append by append; the percentiles are medians over the rounds.
    private mutating func compare(batch: Int, count: Int) throws -> BenchResults.Comparison {
        let rows = Array(repeating: row, count: batch)
        var ours: [LatencyLog] = []
        var reference: [LatencyLog] = []
        for round in 0...rounds {
            var (mine, plain) = (LatencyLog(), LatencyLog())
            for number in 0..<count {
                // Who goes first changes: neither always follows the other's sync.
                for turn in 0..<2 {
                    let began = Stopwatch.now
                    if (turn + number) % 2 == 0 {
                        _ = try outbox.append(rows)
                        mine.record(Stopwatch.now - began)
                    } else {
                        try put(rows)
                        plain.record(Stopwatch.now - began)
                    }
                }
            }
            // The first round warms up.
            guard round > 0 else { continue }
            ours.append(mine)
            reference.append(plain)
        }
        return BenchResults.Comparison(outbox: ours, reference: reference)
    }

    /// Eight producers, as a node's desk under load: each waits for its row, whoever finds the store free
    /// takes everybody's rows along in one batch.
    private mutating func group() throws -> BenchResults.Comparison {
        var ours: [LatencyLog] = []
        var reference: [LatencyLog] = []
        for _ in 0..<rounds {
            let queue = GroupQueue(outbox)
            ours.append(queue.load(producers: 8, each: 50, row))
            if let fault = queue.fault { throw fault }
            var log = LatencyLog()
            for _ in 0..<100 {
                let began = Stopwatch.now
                try put([row])
                log.record(Stopwatch.now - began)
            }
            reference.append(log)
        }
        return BenchResults.Comparison(outbox: ours, reference: reference)
    }

    /// A store with so many rows is opened and read: every record verified, each handed over once.
    static func recovery(_ directory: String, rows: Int) throws -> BenchResults.Recovery {
        let path = directory + "/recovery"
        let filled = try RocksOutbox(directory: path, limits: .demonstration)
        let many = Array(repeating: [UInt8](repeating: 0x5A, count: 200), count: 2_000)
        for _ in 0..<max(1, rows / many.count) { _ = try filled.append(many) }
        filled.close()
        let began = Stopwatch.now
        let opened = try RocksOutbox(directory: path, limits: .demonstration)
        var found = 0
        try opened.readAll { _, _ in found += 1 }
        let span = Stopwatch.now - began
        opened.close()
        return BenchResults.Recovery(rows: found, seconds: Double(span.nanoseconds) / 1e9)
    }
}

/// Rows of many producers, taken to the store together, as the outbox keeper does with what is waiting.
private final class GroupQueue: Sendable {
    private struct Waiting {
        var rows: [[UInt8]] = []
        var written: UInt64 = 0
        var added: UInt64 = 0
        var fault: OutboxFault?
        var log = LatencyLog()
    }

    private let outbox: RocksOutbox
    private let waiting = Mutex(Waiting())
    private let store = Mutex(())

    init(_ outbox: RocksOutbox) { self.outbox = outbox }

    var fault: OutboxFault? { waiting.withLock { $0.fault } }

    func load(producers: Int, each count: Int, _ row: [UInt8]) -> LatencyLog {
        DispatchQueue.concurrentPerform(iterations: producers) { _ in  // sim-ok: a benchmark's real threads
            for _ in 0..<count { add(row) }
        }
        return waiting.withLock { $0.log }
    }

    private func add(_ row: [UInt8]) {
        let began = Stopwatch.now
        let mine = waiting.withLock { waiting in
            waiting.rows.append(row)
            waiting.added += 1
            return waiting.added
        }
        store.withLock { _ in
            let rows = waiting.withLock { waiting in
                guard waiting.written < mine else { return [[UInt8]]() }
                defer { waiting.rows = [] }
                return waiting.rows
            }
            guard !rows.isEmpty else { return }
            do throws(OutboxFault) { _ = try outbox.append(rows) } catch {
                waiting.withLock { $0.fault = error }
            }
            waiting.withLock { $0.written += UInt64(rows.count) }
        }
        let span = Stopwatch.now - began
        waiting.withLock { $0.log.record(span) }
    }
}
