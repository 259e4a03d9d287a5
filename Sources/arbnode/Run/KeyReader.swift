import Configuration
import LiveWorld
import Node
import Ports
import Synchronization
import TradingModel
import VenueKit

/// Reads keys anew while the node runs, and holds the accounts of those it gives out: one account is one
/// node's, with a new key too.
final class KeyReader: Sendable {
    private let configuration: NodeConfiguration
    private let held: Mutex<Held>

    private struct Held: Sendable {
        /// Keys whose accounts the start has locked.
        var own: Set<String>
        /// Of keys that were read since.
        var accounts: [String: AccountLock] = [:]
    }

    init(_ configuration: NodeConfiguration, _ access: [VenueAccess?]) {
        self.configuration = configuration
        held = Mutex(Held(own: Set(access.compactMap { $0?.apiKey })))
    }

    /// The venue's key as it is given now; a fault where it is the one in use. What becomes of it is not
    /// known here: a key that was not taken may be asked for again, and so may one that was in use before.
    func key(of venue: VenueID, inUse: String?) -> Result<VenueAccess, KeyFault> {
        let profile = configuration.venues[venue.index].profile
        do {
            let access = try NodePlanning.access(
                to: profile.name, Secrets(file: configuration.credentialsFile))
            guard access.apiKey != inUse else {
                throw KeyFault(
                    message: "the one in use is still given; one that the environment gives changes with "
                        + "a start alone", isInUse: true)
            }
            return try held.withLock { held in
                if !held.own.contains(access.apiKey), held.accounts[access.apiKey] == nil {
                    let account = AccountLock.Account(
                        venue: profile.name, origin: profile.restOrigin, key: access.apiKey)
                    held.accounts[access.apiKey] = try AccountLock([account], in: AccountLock.directory)
                }
                return .success(access)
            }
        } catch let fault as KeyFault { return .failure(fault) } catch {
            return .failure(KeyFault(message: "\(error)"))
        }
    }
}
