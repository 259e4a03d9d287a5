/// Columns padded to their widest cell; those named in `left` are left-aligned, the others right-aligned.
public struct TextTable: Sendable {
    public var rows: [[String]]
    public var left: Set<Int>

    public init(rows: [[String]], left: Set<Int> = [0]) {
        self.rows = rows
        self.left = left
    }

    /// Without blanks at their ends.
    public var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return left.contains(column) ? cell + padding : padding + cell
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
