/// The one command that runs a failing seed again, alone and the same.
public enum ReplayLine {
    /// `program` is the executable as it was called.
    public static func of(_ job: SeedJob, program: String, defect: String? = nil, twice: Bool = false)
        -> String
    {
        var words = [program, "run", "--seeds", "\(job.seed)"]
        if !job.scenario.isEmpty { words += ["--scenario", job.scenario] }
        if let seconds = job.virtualSeconds { words += ["--virtual-seconds", "\(seconds)"] }
        if twice { words += ["--twice", "100%"] }
        if let defect { words += ["--defect", defect] }
        words.append("--no-corpus")
        return words.map(quoted).joined(separator: " ")
    }

    /// As a POSIX shell reads it back.
    private static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "%+,-./:=@_".utf8.contains(byte)
        }
        if plain && !word.isEmpty { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }
}
