import ArgumentParser
import Glibc
import Recordings
import SimulatedWorld
import VenueServer

/// What ends a command: one line for people and an exit code of sysexits.
struct Complaint: Error {
    let message: String
    let code: Int32

    static func usage(_ message: String) -> Complaint { Complaint(message: message, code: 64) }
    static func badData(_ message: String) -> Complaint { Complaint(message: message, code: 65) }
    static func noInput(_ message: String) -> Complaint { Complaint(message: message, code: 66) }
    static func unavailable(_ message: String) -> Complaint { Complaint(message: message, code: 69) }
    static func cannotCreate(_ message: String) -> Complaint { Complaint(message: message, code: 73) }
    static func tryAgain(_ message: String) -> Complaint { Complaint(message: message, code: 75) }

    /// Says it on stderr and becomes the exit code.
    func said() -> ExitCode {
        Console.note("arbsim: \(message)")
        return ExitCode(code)
    }
}

extension Complaint {
    init(_ fault: Recordings.RecordingFault) {
        switch fault {
        case .notFound, .unreadable: self = .noInput(fault.description)
        default: self = .badData(fault.description)
        }
    }

    init(_ fault: TestAuthority.Fault) {
        switch fault {
        case .unwritable: self = .cannotCreate(fault.description)
        case .incomplete, .unusable: self = .badData(fault.description)
        }
    }

    init(_ fault: JournalFile.Fault) {
        switch fault {
        case .unavailable: self = .cannotCreate(fault.description)
        case .inUse: self = .tryAgain(fault.description)
        case .corrupted: self = .badData(fault.description)
        }
    }

    init(_ fault: VenueHostFault) {
        switch fault {
        case .portInUse, .cannotListen: self = .unavailable(fault.description)
        case .authority(let fault): self.init(fault)
        case .journal(let fault): self.init(fault)
        }
    }
}
