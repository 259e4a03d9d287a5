import ArgumentParser
import Glibc

/// What ends a command: one line for people and an exit code of sysexits.
struct Complaint: Error {
    let message: String
    let code: Int32

    static func usage(_ message: String) -> Complaint { Complaint(message: message, code: 64) }
    static func badData(_ message: String) -> Complaint { Complaint(message: message, code: 65) }
    static func unavailable(_ message: String) -> Complaint { Complaint(message: message, code: 69) }
    static func internalFault(_ message: String) -> Complaint { Complaint(message: message, code: 70) }
    static func cannotCreate(_ message: String) -> Complaint { Complaint(message: message, code: 73) }
    static func tryAgain(_ message: String) -> Complaint { Complaint(message: message, code: 75) }

    /// Says it on stderr and becomes the exit code.
    func said() -> ExitCode {
        Console.note("arbsim: \(message)")
        return ExitCode(code)
    }
}
