extension ReplayReport {
    /// The report for people: aligned columns.
    public var table: String {
        var rows = [
            [
                "venue", "conn", "symbol", "snapshots", "deltas", "trades", "proof", "checked", "failed",
                "gaps", "resyncs", "end",
            ]
        ]
        for book in books {
            rows.append([
                book.venue, "\(book.connection)", book.symbol, "\(book.snapshots)", "\(book.deltas)",
                "\(book.trades)",
                book.proof, "\(book.proofChecked)", "\(book.proofFailed)", "\(book.gaps)", "\(book.resyncs)",
                book.isSynced ? "synced" : "unsynced",
            ])
        }
        var text = ReplayReport.aligned(rows, leftColumns: [0, 2, 6, 11])
        text += "\n\(frames) frames, \(framesPerSecond) frames/s"
        let reasons = quarantined.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
        if !reasons.isEmpty { text += "\nquarantined: " + reasons.joined(separator: ", ") }
        guard let crossVenue, !crossVenue.isEmpty else { return text }
        var edges = [["symbol", "buy", "sell", "moments", "best bps", "best net bps"]]
        for edge in crossVenue {
            edges.append([
                edge.symbol, edge.buy, edge.sell, "\(edge.moments)", "\(edge.bestBps)", "\(edge.bestNetBps)",
            ])
        }
        return text + "\n\n" + ReplayReport.aligned(edges, leftColumns: [0, 1, 2])
    }

    private static func aligned(_ rows: [[String]], leftColumns: Set<Int>) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return leftColumns.contains(column) ? row[column] + padding : padding + row[column]
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
