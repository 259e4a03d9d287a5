import Foundation
import Simulator
import Testing

/// A short window of the proof that `make check-long` gives in full: worlds nobody has seen before, other
/// ones every day, and the failures that users of other systems reported.
@Suite(.serialized) struct `The proving ground` {
    /// Seeds of today; `ARBNODE_SEEDS=A` starts elsewhere.
    static let fresh: [UInt64] = {
        let given = ProcessInfo.processInfo.environment["ARBNODE_SEEDS"].flatMap { UInt64($0) }
        let day = UInt64(Date().timeIntervalSince1970 / 86_400)
        let first = given ?? day * 1_000
        return Array(first..<(first + 12))
    }()

    @Test(arguments: fresh) func `finds no fault in a world of today`(seed: UInt64) {
        let result = ProvingGround.run(seed: seed, options: .init())
        #expect(result.failure == nil, "arbsim run --seeds \(seed): \(String(describing: result.failure))")
        #expect(result.duplicateOrders == 0 && result.orphanOrders == 0 && result.ghostFills == 0)
    }

    static let regressions = ProvingGround.scenarios.filter(\.faults.isEmpty).map(\.name)

    @Test(arguments: regressions) func `survives what others did not`(scenario: String) {
        var options = ProvingGround.Options()
        options.scenario = scenario
        options.virtualSeconds = 45
        // One world of two may see no opportunity in so short a time.
        let results = [UInt64(1), 2].map { ProvingGround.run(seed: $0, options: options) }
        for result in results {
            #expect(result.failure == nil, "\(scenario): \(String(describing: result.failure))")
        }
        #expect(results.reduce(0) { $0 + $1.orders } > 0)
    }

    @Test func `there are twenty-eight of those`() { #expect(Self.regressions.count == 28) }

    @Test func `stops a strategy that goes round and round`() {
        var options = ProvingGround.Options()
        options.scenario = "loops-are-stopped"
        let result = ProvingGround.run(seed: 1, options: options)
        #expect(result.disabledStrategies > 0)
    }

    @Test func `runs a seed twice to the same last step`() {
        let first = ProvingGround.run(seed: 77, options: .init())
        let second = ProvingGround.run(seed: 77, options: .init())
        #expect(first == second)
    }

    @Test func `names at least fifty places to die`() { #expect(ProvingGround.crashPoints.count >= 50) }
}
