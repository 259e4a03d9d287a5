import Ports

extension VenueConnector {
    /// What a key may do, this venue's unless another is given; `nil` where the venue has no question for it,
    /// or there is no key.
    public func keyScope(of other: VenueAccess? = nil) async throws(VenueFault) -> KeyScope? {
        guard let access = other ?? access, dialect.keyScope(stamp(), access) != nil else { return nil }
        let response = try await answer(.query) { stamp, dialect in
            guard let plan = dialect.keyScope(stamp, access) else {
                preconditionFailure("a venue that tells a key's scope goes on telling it")
            }
            return plan
        }
        return try dialect.decodeKeyScope(response)
    }
}
