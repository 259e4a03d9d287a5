import Streams

/// A line of a view: text that fits, and how it is to be taken.
struct ViewLine: Hashable {
    enum Tone: Hashable {
        case plain, title, dim, good, warning, alarm
    }

    var text: String
    var tone: Tone

    init(_ text: String, _ tone: Tone = .plain) {
        self.text = text
        self.tone = tone
    }

    /// At most so many columns, and harmless: venues and people wrote parts of it. Every character takes one
    /// column; what would take two or none, and what a terminal would obey, is shown as `?`.
    func fitted(_ columns: Int) -> ViewLine {
        let safe = text.map { ViewLine.isPlain($0) ? $0 : "?" }
        guard safe.count > columns else { return ViewLine(String(safe), tone) }
        return ViewLine(String(safe.prefix(max(0, columns - 1))) + (columns > 0 ? "…" : ""), tone)
    }

    private static func isPlain(_ character: Character) -> Bool {
        guard character.unicodeScalars.count == 1, let scalar = character.unicodeScalars.first else {
            return false
        }
        return (0x20..<0x7F).contains(scalar.value) || (0xA0..<0x300).contains(scalar.value)
            || (0x370..<0x590).contains(scalar.value) || (0x2010..<0x2600).contains(scalar.value)
    }

    /// Words on as many lines as they take; a word that is longer than a line is cut.
    static func wrapped(_ text: String, _ columns: Int, _ tone: Tone = .plain) -> [ViewLine] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > columns {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " " + word
        }
        if !line.isEmpty { lines.append(line) }
        return lines.map { ViewLine($0, tone).fitted(columns) }
    }
}

/// A titled part of a page.
struct ViewSection: Hashable {
    var title: String
    var lines: [ViewLine]

    init(_ title: String, _ lines: [ViewLine]) {
        self.title = title
        self.lines = lines
    }

    /// A table whose first row is its heading; `tones` belong to the rows after it.
    init(_ title: String, _ table: TextTable, tones: [ViewLine.Tone] = [], none: String = "none") {
        self.title = title
        guard table.rows.count > 1 else {
            lines = [ViewLine(none, .dim)]
            return
        }
        lines = table.lines.enumerated().map { row, text in
            ViewLine(text, row == 0 ? .dim : row <= tones.count ? tones[row - 1] : .plain)
        }
    }

    var all: [ViewLine] { [ViewLine(title, .title)] + lines }
}
