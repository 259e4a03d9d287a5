/// What can be said of a worker process that died: how, and the last thing it wrote.
public enum CrashText {
    /// `status` is what `waitpid` gave; `output` the end of the process's stderr.
    public static func digest(status: Int32, output: String) -> String {
        let lines = output.split(whereSeparator: \.isNewline).map(trimmed).filter { !$0.isEmpty }
        let said = lines.last { $0.contains("Fatal error") } ?? lines.last { $0.contains("rogram crashed") }
        // the frames of a Swift backtrace that are in sources somebody here can read
        let places = lines.filter { $0.contains(" in ") && $0.contains("/Sources/") }.prefix(3)
        var parts = [ending(status)]
        if let said { parts.append(said) }
        parts += said == nil ? lines.suffix(3) : Array(places)
        return parts.joined(separator: " | ")
    }

    private static func ending(_ status: Int32) -> String {
        let signal = status & 0x7F
        if signal == 0 { return "the process ended with code \((status >> 8) & 0xFF)" }
        let names: [Int32: String] = [
            4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV",
            14: "SIGALRM", 15: "SIGTERM",
        ]
        return "the process was ended by \(names[signal] ?? "signal \(signal)")"
    }

    private static func trimmed(_ line: Substring) -> String {
        line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }).joined(separator: " ")
    }
}
