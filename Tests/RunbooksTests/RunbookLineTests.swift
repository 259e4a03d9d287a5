import Runbooks
import Testing
import TradingModel

@Suite struct `An entry of a runbook's journal` {
    private static let at = Moment(nanoseconds: 1_790_000_000_000_000_001)
    private static let text = "ann\twith \\t a tab\nand\r\nlines, ünïcode \\"
    private static let entries: [RunbookRun.Entry] = [
        .started(by: text, reason: text, alone: .caution, at: at), .approved(by: text, reason: "", at: at),
        .begins(step: 0, at: at), .answered(step: 3, by: text, reason: text, at: at), .resumed(at: at),
        .done(step: 7, at: at), .failed(step: 2, why: text, at: at),
        .undoes(step: 1, at: at), .undone(step: 1, at: at), .aborted(by: "", reason: text, at: at),
        .ended(.succeeded, at: at), .ended(.failed, at: at), .ended(.aborted, at: at),
    ]

    @Test(arguments: entries) func `survives as one line`(entry: RunbookRun.Entry) {
        #expect(!entry.line.unicodeScalars.contains { $0 == "\n" || $0 == "\r" })
        #expect(RunbookRun.Entry(line: entry.line) == entry)
    }

    @Test func `is none when fields are missing, too many, or no numbers`() {
        for entry in Self.entries {
            #expect(RunbookRun.Entry(line: entry.line + "\tmore") == nil)
            let fields = entry.line.split(separator: "\t", omittingEmptySubsequences: false)
            #expect(RunbookRun.Entry(line: fields.dropLast().joined(separator: "\t")) == nil)
        }
        for line in [
            "", "\t", "begins", "begins\tx\t1", "begins\t1\t-1", "ended\t1\twell", "else\t1\t1",
            "started\t1\tann\twhy\tmuch",
        ] {
            #expect(RunbookRun.Entry(line: line) == nil)
        }
    }
}
