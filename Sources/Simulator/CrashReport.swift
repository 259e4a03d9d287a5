/// What `arbsim crashes` proves of the points at which the process may die.
public struct CrashReport: Codable, Sendable {
    public struct Entry: Codable, Hashable, Sendable {
        public var runs: Int
        /// How often the process died there.
        public var fired: Int
        public var violations: Int
    }

    /// The scenario in which the process dies at this point.
    public static func scenario(of point: String) -> String { "crash:\(point)" }

    public var points: Int
    public var runs = 0
    public var violations = 0
    /// A point the process never died at proves nothing.
    public var neverFired: [String] = []
    public var byPoint: [String: Entry] = [:]
    public var wallS = 0.0
    public var failures: [RunReport.Failure] = []

    public init(points: [String], from tally: Tally) {
        self.points = points.count
        for point in points {
            let count = tally.scenarios[CrashReport.scenario(of: point)] ?? Tally.ScenarioCount()
            let entry = Entry(
                runs: count.runs, fired: tally.crashPoints[point] ?? 0, violations: count.failed)
            byPoint[point] = entry
            runs += entry.runs
            violations += entry.violations
            if entry.fired == 0 { neverFired.append(point) }
        }
    }

    public var exitCode: Int32 { violations == 0 && neverFired.isEmpty ? 0 : 1 }
}
