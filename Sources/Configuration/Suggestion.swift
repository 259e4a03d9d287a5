/// "Did you mean …" for a mistyped word.
enum Suggestion {
    /// The nearest of `known`, if it is near enough to have been meant; the first of equals.
    static func nearest(to word: String, among known: [String]) -> String? {
        let limit = max(1, word.count / 3)
        var best: (distance: Int, word: String)?
        for candidate in known {
            let distance = distance(word.lowercased(), candidate.lowercased())
            if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
        }
        return best?.word
    }

    /// `: did you mean `fees`?`, or nothing.
    static func sentence(for word: String, among known: [String]) -> String {
        nearest(to: word, among: known).map { ": did you mean `\($0)`?" } ?? ""
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string
    /// alignment).
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a)
        let b = Array(b)
        var rows = [Array(0...b.count)]
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, rows[i - 1][j - 1] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
