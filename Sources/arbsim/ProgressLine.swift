import Glibc
import Simulator

/// What a long command says while it runs, on stderr: one line that is rewritten every two seconds on a
/// terminal, a line of its own every thirty elsewhere.
struct ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let label: String
    private var last = 0.0

    init(_ label: String = "arbsim") { self.label = label }

    private var interval: Double { isTerminal ? 2 : 30 }

    mutating func show(_ tally: Tally, total: Int, elapsed: Double) {
        guard elapsed - last >= interval else { return }
        last = elapsed
        let done = tally.seeds + tally.corpus
        let rate = Double(done) / elapsed
        let left = rate > 0 ? Double(total - done) / rate : 0
        say(
            "\(label): \(done) of \(total) seeds, \(Figure.short(tally.virtualHours)) virtual h,"
                + " \(Figure.short(rate)) seeds/s, \(tally.failures.count) failed, \(Figure.time(left)) left")
    }

    /// Takes the line off a terminal.
    func clear() {
        if isTerminal && last > 0 { Console.raw("\r\u{1B}[K") }
    }

    private func say(_ text: String) {
        if isTerminal { Console.raw("\r\u{1B}[K" + text) } else { Console.note(text) }
    }
}
