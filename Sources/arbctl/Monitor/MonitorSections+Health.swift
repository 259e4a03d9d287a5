import Control
import Streams

// How the node and what it stands on are.
extension MonitorSections {
    static func appetite(_ data: MonitorData) -> ViewSection {
        guard let index = data.riskIndex else {
            return ViewSection("risk index none", [ViewLine("sizes are the configured ones", .dim)])
        }
        let isCapped = index.riskIndex < index.target
        return ViewSection(
            "risk index \(index.riskIndex) of \(index.target), ceiling \(index.ceiling) "
                + "(\(index.ceilingCause))",
            [
                ViewLine(
                    "size \(index.sizePercent) %, edge +\(Figures.bps(index.edgeBps)) bps, "
                        + "exposure \(index.exposurePercent) %", isCapped ? .warning : .plain)
            ])
    }

    static func beats(_ data: MonitorData) -> ViewSection {
        let answer = data.heartbeats
        let late = answer.heartbeats.filter { $0.vitality != "green" && !$0.isResting }
        let lines = late.prefix(4).map {
            ViewLine(
                "\($0.vitality) \($0.name) \($0.venue ?? "node"), silent \(Figures.span($0.silenceNs))",
                tone($0.vitality))
        }
        let machine = data.status.host.filter { $0.venue == nil }.map { "\(word($0.measure)) \($0.text)" }
        let strained = data.status.host.filter { $0.vitality != "green" }
        return ViewSection(
            "heartbeats \(answer.green) green, \(answer.yellow) yellow, \(answer.red) red",
            lines
                + [
                    ViewLine(
                        machine.isEmpty ? "machine not read" : machine.joined(separator: ", "),
                        strained.map { tone($0.vitality) }.contains(.alarm)
                            ? .alarm : strained.isEmpty ? .plain : .warning)
                ])
    }

    private static func tone(_ vitality: String) -> ViewLine.Tone {
        switch vitality {
        case "red": .alarm
        case "yellow": .warning
        default: .plain
        }
    }

    private static func word(_ measure: String) -> String {
        String(measure.map { $0 == "_" ? " " : $0 })
    }

    static func times(_ data: MonitorData) -> ViewSection {
        let latencies = data.status.latencyUs
        let stages = [
            ("frame → decision", latencies.frameToDecision),
            ("decision → wire", latencies.decisionToWire),
            ("fill → hedge wire", latencies.fillToHedgeWire),
            ("durable write", latencies.durableWrite),
        ]
        let rows =
            [["latency µs", "p50", "p99", "p99.9", "count"]]
            + stages.map { name, stage in
                [name] + [stage.p50, stage.p99, stage.p999].map { $0.map { Figures.tenths($0) } ?? "-" }
                    + ["\(stage.count)"]
            }
        return ViewSection(heading: TextTable(rows: rows), tones: [])
    }

    // MARK: Incidents

    static func open(_ data: MonitorData) -> ViewSection {
        let open = data.incidents.incidents.filter { $0.state != "resolved" }
        return ViewSection(
            "incidents \(open.count) open",
            open.isEmpty ? [ViewLine("none", .dim)] : open.prefix(6).map { line($0) })
    }

    private static func line(_ incident: IncidentsAnswer.Incident) -> ViewLine {
        let place = [incident.venue, incident.subject].compactMap { $0 }.joined(separator: " ")
        return ViewLine(
            "\(incident.number) \(incident.severity) \(incident.code) ×\(incident.count) "
                + "\(place.isEmpty ? "node" : place): \(incident.detail)", tone(severity: incident.severity))
    }

    private static func tone(severity: String) -> ViewLine.Tone {
        switch severity {
        case "CRITICAL", "PAGE_NOW": .alarm
        case "WARN": .warning
        default: .plain
        }
    }

    static func incidents(_ data: MonitorData) -> [ViewSection] {
        let all = data.incidents.incidents
        let open = all.filter { $0.state != "resolved" }
        let over = all.filter { $0.state == "resolved" }
        func lines(_ incidents: [IncidentsAnswer.Incident], dim: Bool) -> [ViewLine] {
            guard !incidents.isEmpty else { return [ViewLine("none", .dim)] }
            return incidents.map { incident in
                var line = line(incident)
                line.text = "\(clock(incident.lastNs).prefix(8)) \(incident.state) " + line.text
                if dim { line.tone = .dim }
                return line
            }
        }
        return [
            ViewSection("open: arbctl incidents ack NUMBER --reason \"…\"", lines(open, dim: false)),
            ViewSection("resolved", lines(over, dim: true)),
        ]
    }

    // MARK: Pages

    static func venues(_ data: MonitorData) -> [ViewSection] {
        var rows = [
            ["venue", "opens", "books", "resyncs", "clock", "trip", "orders", "fills", "dead man", "budget"]
        ]
        var tones: [ViewLine.Tone] = []
        var blockades: [ViewLine] = []
        for venue in data.venues.venues {
            let name = venue.state.venue
            let trip = data.status.host.first { $0.measure == "round_trip" && $0.venue == name }
            rows.append([
                name, Figures.yes(venue.state.mayOpen), "\(venue.booksProven)/\(venue.books)",
                "\(venue.resyncs)", Figures.span(venue.clockOffsetNs), trip?.text ?? "-", "\(venue.orders)",
                "\(venue.fills)", venue.isDeadManArmed ? "armed" : "-",
                venue.headroom.map { "\($0)" } ?? "-",
            ])
            tones.append(venue.state.mayOpen ? .plain : .warning)
            if let blockade = venue.state.blockedBy {
                blockades.append(ViewLine("\(name): \(blockade)", .warning))
            }
        }
        var sections = [ViewSection("venues", TextTable(rows: rows, left: [0, 1]), tones: tones)]
        if !blockades.isEmpty { sections.append(ViewSection("what keeps new risk away", blockades)) }
        return sections
    }

    static func health(_ data: MonitorData) -> [ViewSection] {
        var host = [["measure", "venue", "is", "value"]]
        for measure in data.status.host {
            host.append([word(measure.measure), measure.venue ?? "-", measure.vitality, measure.text])
        }
        var checks = [["check", "venue", "is", "found"]]
        for check in data.selfCheck.checks {
            checks.append([check.check, check.venue ?? "-", check.outcome, check.detail])
        }
        var beats = [["heartbeat", "venue", "is", "silent", "red after", "lost"]]
        for beat in data.heartbeats.heartbeats {
            beats.append([
                beat.name, beat.venue ?? "-", beat.isResting ? "resting" : beat.vitality,
                beat.isResting ? "-" : Figures.span(beat.silenceNs), Figures.span(beat.redNs),
                "\(beat.losses)",
            ])
        }
        return [
            appetite(data),
            ViewSection(
                "machine", TextTable(rows: host, left: [0, 1, 2]),
                tones: data.status.host.map { tone($0.vitality) }, none: "not read yet"),
            ViewSection(
                "self-check" + (data.selfCheck.atNs.map { " at " + clock($0).prefix(8) } ?? ""),
                TextTable(rows: checks, left: [0, 1, 2, 3]),
                tones: data.selfCheck.checks.map { $0.outcome == "failed" ? .alarm : .plain },
                none: "not made yet"),
            ViewSection(
                "heartbeats", TextTable(rows: beats, left: [0, 1, 2]),
                tones: data.heartbeats.heartbeats.map { $0.isResting ? .dim : tone($0.vitality) }),
        ]
    }

    static func latency(_ data: MonitorData) -> [ViewSection] {
        func table(_ lines: [LatencyAnswer.Line]) -> TextTable {
            TextTable(
                rows: [["stage", "p50", "p90", "p99", "p99.9", "max", "count"]]
                    + lines.map { line in
                        [line.stage]
                            + [line.p50Ns, line.p90Ns, line.p99Ns, line.p999Ns, line.maxNs]
                            .map { Figures.span($0) } + ["\(line.count)"]
                    })
        }
        return [ViewSection("all venues", table(data.latency.whole))]
            + data.latency.venues.filter { !$0.stages.isEmpty }.map {
                ViewSection($0.venue, table($0.stages))
            }
    }
}
