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
        /// By `VenueID.index`.
        var keys: [String?]
        var accounts: [AccountLock] = []
    }

    init(_ configuration: NodeConfiguration, _ access: [VenueAccess?]) {
        self.configuration = configuration
        held = Mutex(Held(keys: access.map { $0?.apiKey }))
    }

    /// The venue's key as it is given now; a fault where it is no other than before.
    func key(of venue: VenueID) -> Result<VenueAccess, KeyFault> {
        let profile = configuration.venues[venue.index].profile
        do {
            let access = try NodePlanning.access(
                to: profile.name, Secrets(file: configuration.credentialsFile))
            return try held.withLock { held in
                guard held.keys[venue.index] != access.apiKey else {
                    throw KeyFault(
                        message: "the one in use is still given; one that the environment gives changes with "
                            + "a start alone")
                }
                let account = AccountLock.Account(
                    venue: profile.name, origin: profile.restOrigin, key: access.apiKey)
                held.accounts.append(try AccountLock([account], in: AccountLock.directory))
                held.keys[venue.index] = access.apiKey
                return .success(access)
            }
        } catch let fault as KeyFault { return .failure(fault) } catch {
            return .failure(KeyFault(message: "\(error)"))
        }
    }
}
