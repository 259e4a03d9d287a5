import Foundation
import LiveWorld
import Node
import Ports
import TradingModel
import VenueServer

/// Durable appends on this disk, one thread, as the outbox keeper makes them.
enum OutboxBench {
    static func run(rounds: Int) async throws -> BenchResults.Outbox {
        let directory = try DemoDirectory(nil)
        defer { directory.discard() }
        let live = try LiveWorld.make(dataDirectory: directory.path + "/outbox", limits: .demonstration)
        defer { live.shutdown() }
        let store = try live.world.openOutbox()
        defer { store.close() }
        let row = [UInt8](repeating: 0x5A, count: 200)
        var single = LatencyLog()
        var batch = LatencyLog()
        for _ in 0..<50 { _ = try store.append([row]) }
        var batchTime = Span.zero
        for _ in 0..<(rounds * 100) {
            let began = VenueHost.now
            _ = try store.append([row])
            single.record(VenueHost.now - began)
        }
        let many = Array(repeating: row, count: 64)
        for _ in 0..<(rounds * 20) {
            let began = VenueHost.now
            _ = try store.append(many)
            let span = VenueHost.now - began
            batch.record(span)
            batchTime = batchTime + span
        }
        let rate = Double(rounds * 20 * 64) / Double(max(1, batchTime.nanoseconds)) * 1e9
        return BenchResults.Outbox(singleUs: .init(single), batchOf64Us: .init(batch), recordsPerS: rate)
    }
}
