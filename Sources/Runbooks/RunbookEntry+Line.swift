import TradingModel

// Entries as lines of a journal: fields between tabs, the kind first, then the time in nanoseconds.
extension RunbookRun.Entry {
    /// Without its line break; holds none.
    public var line: String {
        fields.map(RunbookRun.Entry.escaped).joined(separator: "\t")
    }

    private var fields: [String] {
        let nanoseconds = "\(at.nanoseconds)"
        switch self {
        case .started(let by, let reason, let alone, _):
            return ["started", nanoseconds, by, reason, alone.rawValue]
        case .approved(let by, let reason, _): return ["approved", nanoseconds, by, reason]
        case .begins(let step, _): return ["begins", nanoseconds, "\(step)"]
        case .answered(let step, let by, let reason, _):
            return ["answered", nanoseconds, "\(step)", by, reason]
        case .done(let step, _): return ["done", nanoseconds, "\(step)"]
        case .failed(let step, let why, _): return ["failed", nanoseconds, "\(step)", why]
        case .undoes(let step, _): return ["undoes", nanoseconds, "\(step)"]
        case .undone(let step, _): return ["undone", nanoseconds, "\(step)"]
        case .aborted(let by, let reason, _): return ["aborted", nanoseconds, by, reason]
        case .resumed: return ["resumed", nanoseconds]
        case .ended(let outcome, _): return ["ended", nanoseconds, outcome.rawValue]
        }
    }

    /// `nil`: it is no entry. A line that was cut off is none.
    public init?(line: String) {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map {
            RunbookRun.Entry.unescaped(String($0))
        }
        guard fields.count >= 2, let nanoseconds = Int64(fields[1]) else { return nil }
        let at = Moment(nanoseconds: nanoseconds)
        let rest = Array(fields[2...])
        let step = rest.first.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
        switch (fields[0], rest.count, step) {
        case ("started", 3, _):
            guard let alone = RunbookDanger(rawValue: rest[2]) else { return nil }
            self = .started(by: rest[0], reason: rest[1], alone: alone, at: at)
        case ("approved", 2, _): self = .approved(by: rest[0], reason: rest[1], at: at)
        case ("begins", 1, let step?): self = .begins(step: step, at: at)
        case ("answered", 3, let step?): self = .answered(step: step, by: rest[1], reason: rest[2], at: at)
        case ("done", 1, let step?): self = .done(step: step, at: at)
        case ("failed", 2, let step?): self = .failed(step: step, why: rest[1], at: at)
        case ("undoes", 1, let step?): self = .undoes(step: step, at: at)
        case ("undone", 1, let step?): self = .undone(step: step, at: at)
        case ("aborted", 2, _): self = .aborted(by: rest[0], reason: rest[1], at: at)
        case ("resumed", 0, _): self = .resumed(at: at)
        case ("ended", 1, _):
            guard let outcome = RunbookRun.Outcome(rawValue: rest[0]) else { return nil }
            self = .ended(outcome, at: at)
        default: return nil
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\t": result += "\\t"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func unescaped(_ text: String) -> String {
        var result = ""
        var isEscape = false
        for scalar in text.unicodeScalars {
            guard isEscape else {
                if scalar == "\\" { isEscape = true } else { result.unicodeScalars.append(scalar) }
                continue
            }
            isEscape = false
            switch scalar {
            case "t": result += "\t"
            case "n": result += "\n"
            case "r": result += "\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
