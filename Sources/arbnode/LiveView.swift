import Engine
import Node
import Ports
import TradingModel

/// Follows a running node: redraws a live view on a terminal, prints a line every five seconds elsewhere.
struct LiveView {
    let node: TradingNode
    let world: World
    let signals: Signals
    /// No drawing at all (`--json`), progress lines only.
    let quiet: Bool
    /// Nobody else tells incidents on standard error.
    var tellsIncidents = true

    static let frame = Span.milliseconds(250)

    /// Returns after `seconds` (`nil`: never), or when the operator asks to end; answers how long it was.
    func follow(seconds: Double?) async -> Double {
        let began = world.time.now
        var drawn = 0
        var lastLine = began
        var told = 0
        var elapsed = 0.0
        while !signals.isEndAsked, seconds.map({ elapsed < $0 }) ?? true {
            do { try await world.time.sleep(until: world.time.now + LiveView.frame) } catch { break }
            elapsed = Double((world.time.now - began).nanoseconds) / 1e9
            if Terminal.errorIsTerminal, !quiet {
                let lines = ReportText.live(await node.desk.report(), elapsed: elapsed, of: seconds)
                Terminal.redraw(lines, over: drawn)
                drawn = lines.count
                continue
            }
            let report = await node.desk.report()
            for line in report.incidents.dropFirst(told) where tellsIncidents {
                Terminal.say(
                    "\(line.incident.severity.name) \(line.incident.code.rawValue): \(line.incident.detail)")
            }
            told = report.incidents.count
            guard world.time.now - lastLine >= .seconds(5) else { continue }
            lastLine = world.time.now
            say(report.summary, elapsed)
        }
        return elapsed
    }

    private func say(_ summary: EngineSummary, _ elapsed: Double) {
        Terminal.say(
            "\(Int(elapsed)) s: \(summary.mode.name), edges \(summary.edges), "
                + "pairs \(summary.counters.pairs), "
                + "hedged \(summary.hedgesCompleted)/\(summary.hedgesOpened), "
                + "profit \(ReportText.money(summary.profit))")
    }
}
