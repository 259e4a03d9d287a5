import Engine
import Node
import TradingModel

/// A short demo: the stages that need sockets, measured where an operator's orders pay them.
enum WireBench {
    static func run(seconds: Double) async throws -> NodeReport {
        let directory = try DemoDirectory(nil)
        defer { directory.discard() }
        return try await DemoRun.trade(
            config: nil, seed: 7, directory: directory.path, signals: Signals(), seconds: seconds, quiet: true
        ).report
    }

    static func wire(_ report: NodeReport) -> BenchResults.Wire {
        BenchResults.Wire(
            decisionToWireUs: .init(report.latency.decisionToWire),
            durableWriteUs: .init(report.latency.durableWrite),
            frameToDecisionUs: .init(report.latency.frameToDecision))
    }

    static func hedge(_ report: NodeReport) -> BenchResults.Hedge {
        BenchResults.Hedge(
            fillToHedgeWireUs: .init(report.latency.fillToHedgeWire),
            completed: report.summary.hedgesCompleted,
            late: report.summary.hedgesLate)
    }
}
