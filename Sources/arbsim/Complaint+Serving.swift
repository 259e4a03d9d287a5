import FoundationEssentials
import Glibc
import Recordings
import SimulatedWorld
import VenueServer

extension Complaint {
    /// All of a file that a person named.
    static func contents(of path: String) throws(Complaint) -> Data {
        if let bytes = FileManager.default.contents(atPath: path) { return bytes }
        throw .badData(
            "\(path): \(access(path, R_OK) == 0 ? "is no file" : String(cString: strerror(errno)))")
    }

    init(_ fault: Recordings.RecordingFault) {
        switch fault {
        case .notFound, .unreadable: self = .badData(fault.description)
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
