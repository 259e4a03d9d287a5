/// What can be said of a worker process that died: how, and the last thing it wrote.
public enum CrashText {
    /// `status` is what `waitpid` gave; `output` the end of the process's stderr.
    public static func digest(status: Int32, output: String) -> String {
        let lines = output.split(whereSeparator: \.isNewline).map(trimmed).filter { !$0.isEmpty }
        let said = lines.last { $0.contains("Fatal error") } ?? headline(lines)
        let places = lines.compactMap(place).prefix(3)
        var parts = [ending(status)]
        if let said { parts.append(said) }
        parts += said == nil ? lines.suffix(3) : Array(places)
        return parts.joined(separator: " | ")
    }

    /// What a Swift backtrace calls the trap, between stars; `*** Signal 4: Backtracing …` is no news.
    private static func headline(_ lines: [String]) -> String? {
        lines.last { $0.hasPrefix("*** ") && $0.hasSuffix(" ***") && !$0.contains("Backtracing") }
            .map { String($0.dropFirst(4).dropLast(4)) }
    }

    /// A frame of a Swift backtrace that is in this package: `3 0x… name + 7 in arbsim at …/Sources/…:11:49`.
    private static func place(_ line: String) -> String? {
        guard let frame = line.firstMatch(of: #/ 0x[0-9a-f]+ (.+) in \S+ at (.+)$/#) else { return nil }
        let path = frame.output.2
        guard !path.contains("/.build"), let start = path.ranges(of: "/Sources/").last?.upperBound else {
            return nil
        }
        return "\(frame.output.1) at \(path[start...])"
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
