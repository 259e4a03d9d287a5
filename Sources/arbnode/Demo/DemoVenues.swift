import ArgumentParser
import Configuration
import LiveWorld
import Ports
import SimulatedWorld
import TradingModel
import VenueKit
import VenueServer

/// The demo's venues: doubles behind real TLS sockets on loopback, sharing one seeded market. Their accounts
/// are kept in the data directory, so that a demo killed at any moment finds the same venues when it starts
/// again.
struct DemoVenues {
    let hosts: [VenueHost]
    let authority: TestAuthority
    let access: [VenueAccess?]

    static let apiKey = "demo-key"
    static let passphrase = "demo-passphrase"
    /// A test account's secret on a machine-local double; base64 because Kraken's secrets are.
    static let secret = "ZGVtby1zZWNyZXQtb2YtYS10ZXN0LWFjY291bnQ="

    /// Starts one double per configured venue and points the configuration at them.
    static func start(
        _ configuration: inout NodeConfiguration, seed: UInt64, directory: String, now: Moment
    ) async throws -> DemoVenues {
        let authority = try TestAuthority.inDirectory(directory + "/tls")
        var hosts: [VenueHost] = []
        var access: [VenueAccess?] = []
        for index in configuration.venues.indices {
            let name = configuration.venues[index].profile.name
            let account = DoubleCatalog.demoAccount(apiKey: apiKey, secret: secret, passphrase: passphrase)
            guard
                let double = DoubleCatalog.make(
                    venue: name, seed: seed, instruments: DoubleCatalog.demoInstruments, account: account,
                    start: now)
            else {
                Terminal.say(
                    "\(name) has no double; the demo runs \(DoubleCatalog.venues.joined(separator: ", "))")
                throw ExitCode(78)
            }
            let journal = try JournalFile(directory: directory + "/venues", venue: name)
            let host = try await VenueHost.start(double: double, authority: authority, journal: journal)
            hosts.append(host)
            var key = Array(secret.utf8)
            point(&configuration.venues[index], at: host.port)
            access.append(
                VenueAccess(
                    apiKey: apiKey, passphrase: name.hasPrefix("okx") ? passphrase : "",
                    signer: OpenSSLSigner(wiping: &key)))
        }
        return DemoVenues(hosts: hosts, authority: authority, access: access)
    }

    /// Replaces host and port, keeps the venue's own paths.
    static func point(_ venue: inout NodeConfiguration.Venue, at port: Int) {
        venue.profile.move(
            rest: "https://127.0.0.1:\(port)", publicStreams: "wss://127.0.0.1:\(port)",
            privateStreams: "wss://127.0.0.1:\(port)")
    }

    func truths() async -> [VenueTruth] {
        var truths: [VenueTruth] = []
        for host in hosts { truths.append(await host.truth()) }
        return truths
    }

    func stop() async {
        for host in hosts { await host.stop() }
    }
}
