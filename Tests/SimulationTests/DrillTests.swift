import Runbooks
import Simulator
import Testing
import TradingModel
import Watch

@Suite struct `A drill` {
    private static let names = Drills.names

    /// Short ones; `make drills` rehearses them all, in a release build.
    @Test(arguments: [
        "rb-05-venue-outage", "rb-09-key-rotation", "rb-20-night-begins", "rb-27-book-proof", "rb-33-rules",
    ])
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

    /// A short one, killed before and after its rows in turn; `make drills` kills all at both.
    @Test func `goes on when the node is killed at any row of it, and does no step twice`() throws {
        let (name, shelf) = ("rb-27-book-proof", try Drills.shelf())
        let whole = Drills.rehearse(name, shelf)
        var kills = 0
        for row in whole.first..<whole.entries {
            let durable = row.isMultiple(of: 2)
            let outcome = Drills.rehearse(name, shelf, killedAt: row, durable: durable)
            kills += outcome.wasKilled ? 1 : 0
            #expect(outcome.faults.isEmpty, "\(name) row \(row), durable \(durable): \(outcome.faults)")
        }
        #expect(kills == whole.entries - whole.first)
    }
}
