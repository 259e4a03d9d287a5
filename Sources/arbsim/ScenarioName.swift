import ArgumentParser
import Simulator

/// The worlds `--scenario` takes: those written by hand, and one for every crash point.
enum ScenarioName {
    static func check(_ name: String) throws {
        let named = ProvingGround.scenarios.map(\.name)
        let points = ProvingGround.crashPoints.map(CrashReport.scenario(of:))
        if named.contains(name) || points.contains(name) { return }
        if name.hasPrefix("crash:") {
            throw ValidationError(
                "--scenario \(name): no such crash point; there are \(points.joined(separator: ", "))")
        }
        throw ValidationError(
            "--scenario \(name): no such scenario; there are \(named.joined(separator: ", "))"
                + ", and crash:POINT for every crash point (arbsim crashes --help)")
    }
}
