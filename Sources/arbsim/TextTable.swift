/// Aligned columns: the first to the left, figures to the right.
struct TextTable {
    private var rows: [[String]] = []
    /// Columns that hold words.
    private let leading: Set<Int>

    init(_ header: [String], leading: Set<Int> = [0]) {
        rows = [header]
        self.leading = leading
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = row.enumerated().map { column, cell in
                let pad = String(repeating: " ", count: widths[column] - cell.count)
                return leading.contains(column) ? cell + pad : pad + cell
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
