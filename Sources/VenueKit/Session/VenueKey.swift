import Ports
import Synchronization

/// One venue's key, shared by all who sign with it; it may be replaced while they do.
public final class VenueKey: Sendable {
    private let held: Mutex<VenueAccess?>

    /// - Parameter access: `nil` reads public data only.
    public init(_ access: VenueAccess?) { held = Mutex(access) }

    public var access: VenueAccess? { held.withLock { $0 } }

    /// What is signed from here on is signed with this.
    public func replace(by access: VenueAccess) {
        held.withLock { held in
            precondition(held != nil, "who had no key at the start has no private streams")
            held = access
        }
    }
}
