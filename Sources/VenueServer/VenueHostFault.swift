/// Why a venue double cannot be served.
public enum VenueHostFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Somebody else listens on this port of 127.0.0.1.
    case portInUse(Int)
    case cannotListen(port: Int, reason: String)
    case authority(TestAuthority.Fault)
    case journal(JournalFile.Fault)

    public var description: String {
        switch self {
        case .portInUse(let port): "port \(port) on 127.0.0.1 is in use"
        case .cannotListen(let port, let reason): "cannot listen on 127.0.0.1:\(port): \(reason)"
        case .authority(let fault): fault.description
        case .journal(let fault): fault.description
        }
    }
}
