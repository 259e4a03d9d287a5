import Glibc

/// A terminal in raw mode on its second screen, and back as it was. Only `leave` gives it back: whoever
/// enters sees to it on every way out.
struct TerminalScreen {
    private let input: Int32
    private let output: Int32
    private let before: termios

    /// `nil`: it is no terminal.
    init?(input: Int32, output: Int32) {
        var settings = termios()
        guard isatty(input) == 1, isatty(output) == 1, tcgetattr(input, &settings) == 0 else { return nil }
        self.input = input
        self.output = output
        before = settings
    }

    func enter() {
        var raw = before
        cfmakeraw(&raw)
        tcsetattr(input, TCSAFLUSH, &raw)
        // The second screen, without cursor and without wrapping long lines.
        write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J")
    }

    func leave() {
        write("\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l")
        var settings = before
        tcsetattr(input, TCSAFLUSH, &settings)
    }

    /// Columns and rows now; 80 by 24 where the terminal does not say.
    var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// One write a frame, over the last one: nothing flickers.
    func draw(_ lines: [ViewLine]) {
        let text = lines.map { TerminalScreen.coloured($0) + "\u{1B}[K" }.joined(separator: "\r\n")
        write("\u{1B}[H" + text + "\u{1B}[J")
    }

    private static func coloured(_ line: ViewLine) -> String {
        let code: String? =
            switch line.tone {
            case .plain: nil
            case .title: "1"
            case .dim: "2"
            case .good: "32"
            case .warning: "33"
            case .alarm: "31"
            }
        return code.map { "\u{1B}[\($0)m\(line.text)\u{1B}[0m" } ?? line.text
    }

    private func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR, errno != EAGAIN {
                return  // the terminal has gone away: there is nobody to draw for
            }
        }
    }

    /// What was typed within so many milliseconds; empty when nothing was, or a signal came; `nil` when the
    /// terminal has gone away.
    func typed(within milliseconds: Int) -> [UInt8]? {
        var wanted = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
        guard poll(&wanted, 1, Int32(clamping: milliseconds)) > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(input, &bytes, bytes.count)
        if count == 0 || count < 0 && errno != EINTR && errno != EAGAIN { return nil }
        return Array(bytes.prefix(max(0, count)))
    }
}

/// Signals that end the monitor or change its size. Handlers only note them: the loop looks.
enum MonitorSignals {
    nonisolated(unsafe) private static var ended: sig_atomic_t = 0

    static func watch() {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            signal(number) { MonitorSignals.ended = sig_atomic_t($0) }
        }
        // Wakes the loop out of its poll; the size is asked for with every frame.
        signal(SIGWINCH) { _ in }
        signal(SIGPIPE, SIG_IGN)
    }

    /// The signal that asks for the end, if one does.
    static var end: Int32? { ended == 0 ? nil : Int32(ended) }
}
