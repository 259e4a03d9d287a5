import Audit
import Control
import TradingModel

/// Gathers what happened within a time, for one question.
struct Timeline {
    private let question: TimelineQuestion
    private var entries: [TimelineAnswer.Entry] = []

    init(_ question: TimelineQuestion) { self.question = question }

    private func wants(_ subject: String, _ at: Moment) -> Bool {
        guard at.nanoseconds >= 0, question.from <= UInt64(at.nanoseconds),
            UInt64(at.nanoseconds) < question.to
        else { return false }
        // Heads say nothing that happened: only who asks for them sees them.
        return question.subjects.isEmpty ? subject != "head" : question.subjects.contains(subject)
    }

    mutating func add(_ line: AuditEntry) {
        let subject = line.subject ?? "head"
        guard wants(subject, line.at) else { return }
        var entry = TimelineAnswer.Entry()
        (entry.atNs, entry.row, entry.subject) = (line.atNs, line.row, subject)
        if line.subject != nil {
            (entry.place, entry.before) = (line.place ?? "", line.before ?? "")
            (entry.after, entry.reason, entry.actor) = (line.after ?? "", line.reason ?? "", line.actor ?? "")
        } else {
            (entry.after, entry.reason) = ("line \(line.seq) \(line.hash)", line.head ?? "")
        }
        entries.append(entry)
    }

    mutating func add(_ line: RowLine, row: UInt64) {
        guard wants(line.subject, line.at) else { return }
        var entry = TimelineAnswer.Entry()
        (entry.atNs, entry.row, entry.subject) = (line.at.nanoseconds, row, line.subject)
        (entry.place, entry.after) = (line.place, line.text)
        entries.append(entry)
    }

    /// Oldest first; the newest of them where there are too many.
    func answer(rowsFrom: Moment?) -> TimelineAnswer {
        var answer = TimelineAnswer()
        answer.fromNs = Int64(clamping: question.from)
        answer.toNs = Int64(clamping: question.to)
        let ordered = entries.sorted { ($0.atNs, $0.row, $0.subject) < ($1.atNs, $1.row, $1.subject) }
        answer.entries = Array(ordered.suffix(question.most))
        answer.leftOut = max(0, ordered.count - question.most)
        answer.rowsFromNs = rowsFrom?.nanoseconds ?? answer.toNs
        return answer
    }
}
