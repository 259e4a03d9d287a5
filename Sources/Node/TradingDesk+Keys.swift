import Engine
import Ports
import Runbooks
import TradingModel
import VenueKit
import Watch

/// Why a new key was not taken; its text says what to do.
public struct KeyFault: Error, Hashable, Sendable {
    public var message: String
    /// It is the one that is in use.
    public var isInUse: Bool

    public init(message: String, isInUse: Bool = false) {
        self.message = message
        self.isInUse = isInUse
    }
}

/// A venue's key as it is told now, wherever keys come from, unless it is the one in use.
public typealias KeySource = @Sendable (VenueID, _ inUse: String?) -> Result<VenueAccess, KeyFault>

/// How far a venue's new key has come.
enum KeyTurn: Hashable, Sendable {
    case isRead
    /// The venue has not let it in yet.
    case connects
}

// Keys that are replaced while the node runs.
extension TradingDesk {
    /// Reads the venue's key anew and connects with it. Until the venue has let it in, it counts as old.
    ///
    /// - Parameter readByStart: whoever asks began before this node's start, which has read the key anew: the
    ///   one in use is then taken for the new one.
    func rotateKey(_ venue: VenueID, readByStart: Bool = false) {
        guard let access = connectors[venue.index].key.access else { return }
        // A key that the venue has not let in may have been mended in what else belongs to it.
        let inUse = keyTurns[venue] == .connects ? nil : access.apiKey
        keyTurns[venue] = .isRead
        guard let source = keySource else {
            return tellKeyFault(venue, "this node is not told where keys come from")
        }
        // The file of keys is read on a thread that may wait.
        Task(executorPreference: world.coldLane) {
            await self.take(source(venue, inUse), of: venue, readByStart: readByStart)
        }
    }

    private func take(
        _ key: Result<VenueAccess, KeyFault>, of venue: VenueID, readByStart: Bool
    ) async {
        switch key {
        case .success(let access):
            runs.hide([access.apiKey, access.passphrase])
            if let why = await objection(to: access, at: venue) { return tellKeyFault(venue, why) }
            use(access, at: venue)
        case .failure(let fault) where fault.isInUse && readByStart: keyTurns[venue] = nil
        case .failure(let fault): tellKeyFault(venue, fault.message)
        }
    }

    private func use(_ access: VenueAccess, at venue: VenueID) {
        connectors[venue.index].key.replace(by: access)
        keyTurns[venue] = .connects
        connectors[venue.index].assumeIsolated { $0.reconnect() }
    }

    /// What speaks against a key before anything is signed with it but this question: what would keep a node
    /// from going live with it does.
    private func objection(to access: VenueAccess, at venue: VenueID) async -> String? {
        do throws(VenueFault) {
            guard let scope = try await connectors[venue.index].keyScope(of: access) else { return nil }
            let problems = scope.problems(at: world.time.now)
            return problems.isEmpty ? nil : problems.joined(separator: "; ")
        } catch { return "the venue was asked what it may do: \(error)" }
    }

    /// A login has succeeded.
    func keyIsIn(_ venue: VenueID) {
        if keyTurns[venue] == .connects { keyTurns[venue] = nil }
    }

    private func tellKeyFault(_ venue: VenueID, _ why: String) {
        raise(
            Incident(
                code: .runbookNotice, severity: .critical, venue: venue, subject: "key",
                detail: "the key of \(names.venues[venue.index]) was not replaced: \(why)", at: world.time.now
            ))
    }
}
