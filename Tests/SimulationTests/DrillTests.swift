import Runbooks
import Simulator
import Testing
import TradingModel
import Watch

@Suite struct `A drill` {
    private static let names = Drills.names

    /// Short ones; `make drills` rehearses them all, in a release build.
    @Test(arguments: ["rb-05-venue-outage", "rb-20-night-begins", "rb-27-book-proof", "rb-33-rules"])
    func `goes from what calls for its runbook to its end, and all is well`(
        name: String
    ) throws {
        let outcome = Drills.rehearse(name, try Drills.shelf())
        #expect(outcome.faults.isEmpty, "\(outcome.faults)")
        #expect(outcome.entries >= 3)
        #expect(outcome.dryRunWrites == 0, "plans write nothing")
    }

    @Test func `is there for every runbook, and every code has a runbook that names it`() throws {
        let shelf = try Drills.shelf()
        #expect(shelf.runbooks.count >= 21)
        #expect(
            Set(shelf.runbooks.map(\.name)) == Set(Self.names) && Set(Self.names).count == Self.names.count)
        for code in IncidentCode.allCases {
            #expect(shelf[code.runbook]?.codes.contains(code) == true, "\(code.rawValue)")
        }
    }

    /// Two short ones; `make drills` does so with all.
    @Test(arguments: ["rb-20-night-begins", "rb-27-book-proof"])
    func `goes on when the node is killed at any row of it, and does no step twice`(name: String) throws {
        let shelf = try Drills.shelf()
        let whole = Drills.rehearse(name, shelf)
        var kills = 0
        for row in whole.first..<whole.entries {
            for durable in [false, true] {
                let outcome = Drills.rehearse(name, shelf, killedAt: row, durable: durable)
                kills += outcome.wasKilled ? 1 : 0
                let faults = outcome.faults
                #expect(faults.isEmpty, "\(name) row \(row), durable \(durable): \(faults)")
            }
        }
        #expect(kills >= whole.entries - whole.first)
    }
}
