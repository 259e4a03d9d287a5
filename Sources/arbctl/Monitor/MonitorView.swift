import Control

/// From answers to lines: no line is longer than `columns`, and there are exactly `rows` of them where rows
/// are given. Pure: the terminal only draws it.
struct MonitorView {
    var columns: Int
    /// `nil`: as many as it takes, without keys and scrolling.
    var rows: Int?

    /// What is left for a page between its head and its foot.
    func pageHeight(_ data: MonitorData) -> Int { max(1, (rows ?? 1_000) - head(data, .overview).count - 1) }

    func lines(_ data: MonitorData, _ state: MonitorState) -> [ViewLine] {
        let head = head(data, state.page)
        let body = state.showsHelp ? help : laidOut(sections(data, state.page, height: pageHeight(data)))
        guard let rows else { return (head + [ViewLine("")] + body).map { $0.fitted(columns) } }
        let height = max(1, rows - head.count - 1)
        let first = min(state.scroll, max(0, body.count - height))
        let shown = body.dropFirst(first).prefix(height)
        let empty = [ViewLine](repeating: ViewLine(""), count: height - shown.count)
        let foot = foot(first, shown.count, body.count)
        let all = Array(head.prefix(max(0, rows - 1 - height))) + Array(shown) + empty + [foot]
        return all.map { $0.fitted(columns) }
    }

    // MARK: Head and foot

    /// What it does, what blocks it, what to do next; how it stands; which page this is.
    private func head(_ data: MonitorData, _ page: MonitorPage) -> [ViewLine] {
        let status = data.status
        var lines: [ViewLine] = []
        if let fault = data.fault {
            lines += ViewLine.wrapped("no answer: \(fault)", columns, .alarm).prefix(2)
        }
        lines += ViewLine.wrapped(status.summary, columns, tone(status)).prefix(3)
        lines.append(ViewLine(standing(data), .dim))
        lines.append(tabs(page))
        return lines
    }

    private func tone(_ status: StatusAnswer) -> ViewLine.Tone {
        switch status.mode.mode {
        case "NORMAL": status.blockedBy.isEmpty ? .good : .warning
        case "REDUCED": .warning
        default: .alarm
        }
    }

    private func standing(_ data: MonitorData) -> String {
        let status = data.status
        var parts = [status.mode.mode]
        if let index = data.riskIndex { parts.append("risk \(index.riskIndex)/\(index.target)") }
        parts += [
            "up " + Figures.span(status.atNs - status.startedNs), status.isDryRun ? "paper" : "live",
            "venues \(status.venuesOpen)/\(status.venues)",
            "books \(status.booksProven)/\(status.books)",
            String(Figures.time(status.atNs).dropFirst(11).prefix(8)) + "Z",
        ]
        return parts.joined(separator: "  ")
    }

    /// All names where they fit; else the page that is shown, and its place.
    private func tabs(_ page: MonitorPage) -> ViewLine {
        let names = MonitorPage.allCases.map { $0 == page ? "[\($0.name)]" : $0.name }
        let whole = names.joined(separator: " ")
        let short = "[\(page.name)] \(page.rawValue + 1) of \(names.count)"
        return ViewLine(whole.count > columns ? short : whole, .title)
    }

    private func foot(_ first: Int, _ shown: Int, _ count: Int) -> ViewLine {
        let keys = "q quit  tab ←→ page  ↑↓ scroll  ? help"
        guard count > shown else { return ViewLine(keys, .dim) }
        return ViewLine(keys + "  lines \(first + 1)–\(first + shown) of \(count)", .dim)
    }

    private var help: [ViewLine] {
        [
            ViewLine("keys", .title), ViewLine("q             end"),
            ViewLine("tab → l n     next page"), ViewLine("⇧tab ← h p    previous page"),
            ViewLine("1 … 9         a page by its number"), ViewLine("↑ ↓ k j       a line"),
            ViewLine("space b       a screen down, up"), ViewLine("g             to the top"),
            ViewLine(""),
            ViewLine("The view asks the node every second. Only a key that you press counts as"),
            ViewLine("somebody being there (arbctl risk-index show: operator)."),
        ]
    }

    // MARK: Pages

    /// Beside each other where there is room for two, so that a wide terminal shows twice as much.
    private func laidOut(_ sections: [ViewSection]) -> [ViewLine] {
        guard columns >= MonitorView.twoColumns, sections.count > 1 else { return stacked(sections) }
        let total = sections.reduce(0) { $0 + $1.lines.count + 2 }
        var left: [ViewSection] = []
        var height = 0
        for section in sections {
            if height * 2 >= total { break }
            left.append(section)
            height += section.lines.count + 2
        }
        let right = Array(sections.dropFirst(left.count))
        return beside(stacked(left), stacked(right))
    }

    static let twoColumns = 160

    private func stacked(_ sections: [ViewSection]) -> [ViewLine] {
        // On a small screen every line counts.
        let gap = (rows ?? 1_000) > 30 ? [ViewLine("")] : []
        return Array(sections.map(\.all).joined(separator: gap))
    }

    private func beside(_ left: [ViewLine], _ right: [ViewLine]) -> [ViewLine] {
        let width = (columns - 2) / 2
        return (0..<max(left.count, right.count)).map { row in
            let own = row < left.count ? left[row].fitted(width) : ViewLine("")
            let other = row < right.count ? right[row].fitted(columns - width - 2) : ViewLine("")
            let text = own.text + String(repeating: " ", count: width + 2 - own.text.count) + other.text
            // One line, one tone: the graver of the two.
            let tone = [ViewLine.Tone.alarm, .warning, .title].first { $0 == own.tone || $0 == other.tone }
            return ViewLine(text, tone ?? .plain)
        }
    }

    private func sections(_ data: MonitorData, _ page: MonitorPage, height: Int) -> [ViewSection] {
        switch page {
        case .overview: MonitorSections.overview(data)
        case .books: MonitorSections.books(data, height: height)
        case .hedges: MonitorSections.hedges(data)
        case .positions: MonitorSections.positions(data)
        case .orders: MonitorSections.orders(data)
        case .venues: MonitorSections.venues(data)
        case .health: MonitorSections.health(data)
        case .latency: MonitorSections.latency(data)
        case .incidents: MonitorSections.incidents(data)
        }
    }
}
