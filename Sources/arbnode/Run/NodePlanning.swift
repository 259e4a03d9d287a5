import ArgumentParser
import Configuration
import Foundation
import LiveWorld
import Node
import Orders
import Ports
import Runbooks
import TradingModel
import VenueKit

/// From a checked configuration to what the composition root takes.
enum NodePlanning {
    /// Loads, or prints every problem and ends with `EX_CONFIG`.
    static func load(_ path: String) throws -> NodeConfiguration {
        switch NodeConfiguration.load(path: path) {
        case .success(let configuration): return configuration
        case .failure(let problems):
            Terminal.say("\(problems)")
            throw ExitCode(78)
        }
    }

    /// As `load`, with everything it was read from.
    static func loadBundle(_ path: String) throws -> (NodeConfiguration, ConfigurationBundle) {
        switch NodeConfiguration.loadBundle(path: path) {
        case .success(let found): return found
        case .failure(let problems):
            Terminal.say("\(problems)")
            throw ExitCode(78)
        }
    }

    /// Holds this node's accounts for as long as the answer lives, or says who has one of them.
    static func lock(_ configuration: NodeConfiguration, _ access: [VenueAccess?]) throws -> AccountLock {
        let accounts = zip(configuration.venues, access).compactMap { venue, access in
            access.map {
                AccountLock.Account(
                    venue: venue.profile.name, origin: venue.profile.restOrigin, key: $0.apiKey)
            }
        }
        do throws(AccountLock.Fault) { return try AccountLock(accounts, in: AccountLock.directory) } catch {
            Terminal.say("The node did not start: \(error)")
            throw ExitCode(75)
        }
    }

    /// Which configurations this run takes, this one first; `nil`: any.
    static func trust(_ key: String?, _ bundle: ConfigurationBundle, in directory: String) throws
        -> ConfigurationTrust?
    {
        guard let key else { return nil }
        do {
            let trust = try ConfigurationTrust(key: key, in: directory)
            let now = Moment(nanoseconds: Int64(Date(timeIntervalSinceNow: 0).timeIntervalSince1970 * 1e9))
            try trust.take(try trust.seal(of: bundle, at: now))
            return trust
        } catch {
            Terminal.say("The node did not start: \(error)")
            throw ExitCode(78)
        }
    }

    /// The audit log of this directory; without one no node starts.
    static func audit(_ configuration: NodeConfiguration, in directory: String, _ world: LiveWorld) throws
        -> AuditPost
    {
        do {
            return try AuditPost(configuration.policy, in: directory, time: world.world.time)
        } catch {
            Terminal.say("The node did not start: the audit log: \(error)")
            throw ExitCode(73)
        }
    }

    static func plan(_ configuration: NodeConfiguration, access: [VenueAccess?], isDryRun: Bool) throws
        -> NodePlan
    {
        var plan = NodePlan(
            policy: configuration.policy, dialects: try configuration.venues.map { try dialect($0) },
            access: access,
            isDryRun: isDryRun,
            paperBalances: isDryRun ? NodePlan.paperBalances(configuration.policy) : [],
            paperLatency: configuration.paperLatency)
        plan.startMode = configuration.startMode
        plan.health.host = configuration.host
        plan.runbooks = .load()
        plan.runbookPolicy = configuration.runbooks
        return plan
    }

    static func dialect(_ venue: NodeConfiguration.Venue) throws -> any VenueDialect {
        guard let dialect = DialectCatalog.make(venue.profile, venue.listings) else {
            Terminal.say(
                "\(venue.profile.name): no such venue; known: \(DialectCatalog.names.joined(separator: ", "))"
            )
            throw ExitCode(78)
        }
        return dialect
    }

    static func access(to venue: String, _ secrets: Secrets) throws(SecretsFault) -> VenueAccess {
        try secrets.access(
            to: venue, needsPassphrase: DialectCatalog.takesPassphrase(venue),
            needsBase64Secret: DialectCatalog.hasBase64Secret(venue))
    }

    /// Keys by venue, and what is missing and how to give it.
    static func keys(_ configuration: NodeConfiguration) -> (access: [VenueAccess?], faults: [String]) {
        var access: [VenueAccess?] = configuration.venues.map { _ in nil }
        let secrets: Secrets
        do throws(SecretsFault) { secrets = try Secrets(file: configuration.credentialsFile) } catch {
            return (access, ["\(error)"])
        }
        var faults: [String] = []
        for (index, venue) in configuration.venues.enumerated() {
            do throws(SecretsFault) {
                access[index] = try NodePlanning.access(to: venue.profile.name, secrets)
            } catch { faults.append("\(error)") }
        }
        faults += CredentialNames.shared(
            zip(configuration.venues, access).map { ($0.profile.name, $1?.apiKey) })
        return (access, faults)
    }

    /// Keys of every venue; without them nothing goes on.
    static func access(_ configuration: NodeConfiguration) throws -> [VenueAccess?] {
        let (access, faults) = keys(configuration)
        guard faults.isEmpty else {
            for fault in faults { Terminal.say(fault) }
            throw ExitCode(78)
        }
        return access
    }

    static func makeDirectory(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            Terminal.say("\(path) cannot be created: \(error.localizedDescription)")
            throw ExitCode(73)
        }
    }

    /// The real world. All venues share one trust store, so at most one extra CA may be configured.
    static func world(_ configuration: NodeConfiguration, directory: String) throws -> LiveWorld {
        let extra = Set(configuration.venues.compactMap(\.caFile))
        guard extra.count <= 1 else {
            Terminal.say(
                "the venues name \(extra.count) different CA files; join them into one PEM file and name that"
            )
            throw ExitCode(78)
        }
        let limits = OutboxLimits(
            lowWater: UInt64(configuration.store.lowWater), ballast: UInt64(configuration.store.ballast))
        do {
            return try LiveWorld.make(
                dataDirectory: directory, extraCA: extra.first, limits: limits,
                threads: configuration.threads, tape: tape(configuration))
        } catch {
            Terminal.say("\(error)")
            throw ExitCode(78)
        }
    }

    /// How runs are written down; `nil`: `store.tape` is 0.
    static func tape(_ configuration: NodeConfiguration) -> TapePlan? {
        let budget = configuration.store.tape
        return budget > 0
            ? TapePlan(version: ArbNode.configuration.version, budget: budget) : nil
    }

    /// sysexits for a node that did not start.
    static func exitCode(_ error: any Error) -> Int32 {
        switch error as? OutboxFault {
        case .inUse: 75
        case .unavailable, .full: 73
        case .corrupted, .truncated: 65
        case nil: 70
        }
    }

    /// Whether every account the ledger knows equals what `truth` says, to the last unit.
    static func ledgerEquals(_ report: NodeReport, _ truth: (VenueID, Asset) -> Amount?) -> Bool {
        report.accounts.allSatisfy { truth($0.venue, $0.asset) == $0.balance }
    }
}
