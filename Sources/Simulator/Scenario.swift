import Ports
import TradingModel

/// A world made on purpose rather than drawn: one fault alone, one crash point, or a failure that users of
/// other systems met.
public struct Scenario: Hashable, Sendable {
    public var name: String
    public var summary: String
    /// Ids of the faults that must fire in it.
    public var faults: [String]
}

extension ProvingGround {
    /// Directed scenarios: one for each fault, then the regressions.
    public static var scenarios: [Scenario] {
        Fault.allCases.map {
            Scenario(
                name: $0.rawValue, summary: $0.description.title + ", and nothing else", faults: [$0.rawValue]
            )
        } + Regression.allCases.map { Scenario(name: $0.rawValue, summary: $0.summary, faults: []) }
            + KillScenario.allCases.map { Scenario(name: $0.rawValue, summary: $0.summary, faults: []) }
            + [MaintenanceDriver.scenario]
    }
}

extension WorldPlan {
    /// Takes the drawn world and makes of it what the scenario says. Unknown names are the caller's fault.
    mutating func follow(_ scenario: String, seed: UInt64) {
        var draw = Draw(seed, 4)
        isDryRun = false
        faults = []
        crashPoint = nil
        if let fault = Fault(rawValue: scenario) {
            faults = [fault]
            isDirected = true
            if fault == .n01 {
                crashPoint = draw.pick(ProvingGround.crashPoints)
                crashPass = Int(draw.between(1, 3))
            }
        } else if scenario.hasPrefix("crash:") {
            faults = [.n01]
            isDirected = true
            crashPoint = String(scenario.dropFirst(6))
            let isSeldom = WorldPlan.seldom.contains(crashPoint ?? "")
            crashPass = isSeldom ? 1 : Int(draw.magnitude(1, 12))
            meddling = ["driftFound": 1, "strangerFound": 2][crashPoint ?? ""]
            if crashPoint == "snapshotArrived", !venues.contains("binance-spot") {
                venues[0] = "binance-spot"
            }
            if crashPoint?.hasPrefix("amend") == true, !venues.contains("kraken") { venues[0] = "kraken" }
            // So that every point is passed: some need trouble to be reached at all.
            faults.formUnion(WorldPlan.trouble[crashPoint ?? ""] ?? [])
            // Under a warrant a hedge waits for no row of its own.
            if crashPoint?.hasPrefix("hedge") == true { quoteWarrants = 0 }
            safety = .seconds(25)
        } else if let kill = KillScenario(rawValue: scenario) {
            self.kill = kill
            isDirected = true
            faults = kill.faults
            // Quotes rest there.
            if WorldPlan.quotable.isDisjoint(with: venues) { venues[0] = "okx" }
            venues.sort { WorldPlan.allVenues.firstIndex(of: $0)! < WorldPlan.allVenues.firstIndex(of: $1)! }
            safety = .seconds(28)
        } else if scenario == MaintenanceDriver.scenario.name {
            isDirected = true
            safety = .seconds(28)
            maintenanceAt = draw.span(safety / 4, safety / 2)
        } else if let regression = Regression(rawValue: scenario) {
            isDirected = true
            faults = regression.faults
            cyclesPerMinute = regression.cyclesPerMinute
            if regression == .venueDiesBetweenLegs || regression == .secondLegHasNoVenue {
                losesLeg = true
                takesTurns = regression == .secondLegHasNoVenue
                // Time for the venue to come back and for the order to be found out.
                safety = .seconds(35)
            }
            if let venue = regression.venue, !venues.contains(venue) { venues[0] = venue }
            venues.sort { WorldPlan.allVenues.firstIndex(of: $0)! < WorldPlan.allVenues.firstIndex(of: $1)! }
        } else {
            preconditionFailure("there is no scenario \(scenario)")
        }
    }

    /// Points that a process passes once or twice in its life, if at all: the first pass must do.
    private static let seldom: Set<String> = Set(trouble.keys).union(ending).union(
        Trial.recoveryPoints.map(\.rawValue)
    ).union([
        "accountOpened", "accountReady", "accountFunded", "marketOpened", "reconciled", "discardBegins",
        "discardEnds",
    ])

    /// Faults that lead a process past a point which a healthy one does not pass.
    private static let trouble: [String: Set<Fault>] = [
        "reserveBegins": [.n04, .n05], "reserveEnds": [.n04, .n05], "batchRefused": [.n04],
        "queryDecided": [.v04], "queryAnswered": [.v04], "queryApplied": [.v04],
        "cancelDecided": [.v04], "cancelAnswered": [.v04], "cancelApplied": [.v04],
        "listsAsked": [.v04], "listsRead": [.v04], "listsApplied": [.v04],
        "historyAsked": [.v01, .v06, .v11], "driftFound": [.v08], "strangerFound": [.v08],
        "accountLost": [.v11], "modeChanged": [.n04], "snapshotArrived": [.v12],
    ]
}
