import Control
import Engine
import Ports
import SimulatedWorld
import Testing
import TradingModel
import Watch

@testable import Console
@testable import Node

/// A node on a machine that fails it.
@Suite struct `A node on a strained machine` {
    private func running() throws -> NodeStand {
        let stand = try NodeStand(seed: 3)
        try stand.startNode()
        stand.run(.seconds(12))
        stand.calmMarkets()
        return stand
    }

    /// The same reading, every five seconds.
    private func read(_ stand: NodeStand, _ measure: HostMeasure, _ value: Int64, for span: Span) throws {
        var reading = HostReading()
        reading[measure] = value
        let told = reading
        let end = stand.simulation.now + span
        while stand.simulation.now <= end {
            try stand.ask { await $0.observe(told) }
            stand.run(.seconds(5))
        }
    }

    private func cases(_ stand: NodeStand) throws -> [IncidentCase] { try stand.ask { await $0.cases.cases } }

    @Test func `is REDUCED, then holds, and HOST_STRAINED says why`() throws {
        let stand = try running()
        try read(stand, .memory, 3 << 30, for: .seconds(40))
        #expect(try stand.report().summary.mode == .reduced)
        try read(stand, .memory, 5 << 30, for: .seconds(40))
        let summary = try stand.report().summary
        #expect(summary.mode == .hold)
        #expect(summary.modeReason == "HOST_STRAINED: memory is 5.0 GiB, above 4.0 GiB")
        let strained = try cases(stand).filter { $0.key.code == .hostStrained }
        #expect(strained.count == 1 && strained[0].key.subject == "memory")
        #expect(strained[0].severity == .critical && strained[0].isOpen)
        try read(stand, .memory, 1 << 30, for: .seconds(150))
        #expect(try cases(stand).first { $0.key.code == .hostStrained }?.isOpen == false)
        #expect(try stand.report().summary.mode == .hold, "people resume")
    }

    @Test func `calls a full disk DISK_LOW and a clock that is off CLOCK_SKEW`() throws {
        let stand = try running()
        try read(stand, .disk, 900 << 20, for: .seconds(20))
        try read(stand, .clock, Span.milliseconds(80).nanoseconds, for: .seconds(40))
        let measured: Set<IncidentCode> = [.hostStrained, .diskLow, .clockSkew]
        let codes = try cases(stand).map(\.key).filter { measured.contains($0.code) && !$0.subject.isEmpty }
            .map(\.code)
        #expect(codes == [.diskLow, .clockSkew])
        try read(stand, .disk, 900 << 30, for: .seconds(150))
        #expect(try cases(stand).first { $0.key.code == .diskLow }?.isOpen == false)
    }

    @Test func `says what it measures in metrics, status and to arbctl`() throws {
        let stand = try running()
        try read(stand, .descriptors, 12, for: .seconds(5))
        let report = try stand.report()
        let metrics = StatusPages.page("/metrics", report)?.body ?? ""
        #expect(metrics.contains("arbnode_host_descriptors_percent 12\n"))
        #expect(metrics.contains("arbnode_host_vitality{measure=\"descriptors\",venue=\"\"} 0\n"))
        #expect(metrics.contains("arbnode_round_trip_seconds{venue=\"okx\"} 0."))
        #expect(!metrics.contains("arbnode_host_cpu_percent"), "what is not known has no sample")
        let status = StatusPages.page("/statusz", report)?.body ?? ""
        #expect(status.contains("{\"measure\":\"descriptors\",\"venue\":null,\"value\":12,"))
        let answers = HostFigures.answers(report)
        #expect(answers.first { $0.measure == "descriptors" }?.text == "12 %")
        #expect(answers.count { $0.measure == "round_trip" } == 4)
    }
}
