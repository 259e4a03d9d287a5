import Configuration
import Console
import Control
import Engine
import LiveWorld
import Node
import Orders
import Ports
import TradingModel

/// The configuration of a node that runs: reads it again when asked to, holds it against the one that holds,
/// and carries it out whole or not at all. What was read is archived before the engine records its digest.
actor ConfigurationKeeper: ConfigurationReloading {
    nonisolated let lane: any Lane
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let path: String
    private let desk: TradingDesk
    private let archive: ContentArchive
    /// Makes the channels that a configuration names, and answers how alerts are given to them; throws what
    /// keeps it from that before anything has changed.
    typealias Alerts = @Sendable (NodeConfiguration) async throws -> @Sendable () async -> Void
    private let alerts: Alerts
    private let time: any Timekeeper
    private let first: ConfigurationBundle
    /// `nil`: unsigned configurations are taken as well.
    private let trust: ConfigurationTrust?
    private var held: NodeConfiguration
    private var digest = ""
    private var isBusy = false
    /// What is to hold once its row is durable, with what else it brings.
    private var next: Next?

    private struct Next {
        let configuration: NodeConfiguration
        let digest: String
        let giveAlerts: (@Sendable () async -> Void)?
        let seal: ConfigurationSeal?
    }

    /// How long a person waits for the row.
    private static let patience = Span.seconds(4)

    /// - Parameter bundle: what `configuration` was read from.
    init(
        _ configuration: NodeConfiguration, _ bundle: ConfigurationBundle, desk: TradingDesk,
        directory: String, in world: World, trust: ConfigurationTrust? = nil, alerts: @escaping Alerts
    ) {
        self.trust = trust
        lane = world.coldLane
        time = world.time
        self.desk = desk
        self.alerts = alerts
        path = bundle.file
        archive = ContentArchive(directory + "/configurations")
        held = configuration
        first = bundle
    }

    /// Records what the run began with, where it is not what the last one ended with.
    func begin() async {
        do throws(FileFault) { digest = try archive.store(first.canonical) } catch {
            // Without an archive nothing could be told of a change later: there are no changes then.
            Terminal.say("The configuration cannot be archived, and not be reloaded either: \(error)")
            return
        }
        let before = await desk.inspect { $0.configured?.after } ?? ""
        let changes: [ConfigurationFact.Change] =
            before.isEmpty ? [] : earlier(before).map { facts($0, held) } ?? []
        await desk.begin(
            with: ConfigurationFact(
                before: before, after: digest, changes: changes, reason: "start", actor: "start",
                at: time.now))
    }

    private func earlier(_ digest: String) -> NodeConfiguration? {
        // What cannot be read any more cannot be compared: the digests stand in the row all the same.
        guard let bytes = try? archive.read(digest), let bundle = ConfigurationBundle(canonical: bytes),
            case .success(let configuration) = NodeConfiguration.load(path: bundle.file, source: bundle)
        else { return nil }
        return configuration
    }

    private func facts(_ old: NodeConfiguration, _ new: NodeConfiguration) -> [ConfigurationFact.Change] {
        ConfigurationDelta(from: old.document, to: new.document).changes.map {
            ConfigurationFact.Change(key: $0.key, before: $0.before, after: $0.after)
        }
    }

    // MARK: Reloading

    func reload(reason: String, people: [String]) async throws(ControlFault) -> ConfigurationAnswer {
        guard !isBusy else {
            throw ControlFault(.busy, "the configuration is being reloaded", remedy: "try again in a moment")
        }
        guard !digest.isEmpty else {
            throw ControlFault(
                .conflict, "what is reloaded cannot be archived in the data directory",
                remedy: "see to its disk, and restart the node")
        }
        isBusy = true
        defer { isBusy = false }
        await settle()
        let (configuration, bundle) = try read()
        let delta = try ConfigurationKeeper.judge(held, configuration)
        let seal = try seal(bundle)
        let tells = delta.changes.contains { $0.key.hasPrefix("alerts.") }
        let giveAlerts = tells ? try await channels(configuration) : nil
        let after = try store(bundle)
        let change = PolicyChange(
            policy: configuration.policy,
            fact: ConfigurationFact(
                before: digest, after: after, changes: facts(held, configuration), reason: reason,
                actor: "", at: time.now),
            people: delta.people)
        next = Next(configuration: configuration, digest: after, giveAlerts: giveAlerts, seal: seal)
        try await carryOut(change, people)
        await settle()
        return await answer(change.fact, delta)
    }

    /// What the engine has adopted holds here too, also where its row came later than anybody waited for it.
    private func settle() async {
        guard let next, await desk.inspect({ $0.configured?.after }) == next.digest else { return }
        self.next = nil
        await next.giveAlerts?()
        remember(next.seal)
        (held, digest) = (next.configuration, next.digest)
    }

    /// The row is late: what it brings is carried out when it comes, if it does.
    private func settleLater(_ wish: ConfigurationWish) {
        Task(executorPreference: lane) {
            _ = await self.desk.awaitLoosening(.configuration(wish), by: .distantFuture)
            await self.settleUnlessBusy()
        }
    }

    /// A reload that is under way has settled it already.
    private func settleUnlessBusy() async {
        guard !isBusy else { return }
        isBusy = true
        await settle()
        isBusy = false
    }

    private func read() throws(ControlFault) -> (NodeConfiguration, ConfigurationBundle) {
        switch NodeConfiguration.loadBundle(path: path) {
        case .success(let found): return found
        case .failure(let problems):
            let count = problems.list.count
            throw ControlFault(
                .badConfiguration, "\(problems)\n\(path): \(count) problem\(count == 1 ? "" : "s")",
                remedy: "nothing has changed: the node goes on with what it has")
        }
    }

    /// What differs, if all of it may hold at once.
    private static func judge(_ old: NodeConfiguration, _ new: NodeConfiguration) throws(ControlFault)
        -> ConfigurationDelta
    {
        let delta = ConfigurationDelta(from: old.document, to: new.document)
        guard !delta.isEmpty else {
            throw ControlFault(.conflict, "no value has changed", remedy: "arbnode config show shows each")
        }
        let fixed = delta.needingRestart
        guard fixed.isEmpty, old.policy.adopting(new.policy) != nil else {
            let names = fixed.map { "\($0.key) (\($0.before ?? "-") → \($0.after ?? "-"), \($0.origin))" }
            throw ControlFault(
                .conflict,
                "these hold only after a restart: "
                    + (names.isEmpty ? "venues, instruments or strategies" : names.joined(separator: ", ")),
                remedy: "nothing has changed: restart the node, or take them back and reload the rest")
        }
        return delta
    }

    /// `nil`: signatures are not asked for.
    private func seal(_ bundle: ConfigurationBundle) throws(ControlFault) -> ConfigurationSeal? {
        do { return try trust?.seal(of: bundle, at: time.now) } catch {
            throw ControlFault(
                .badConfiguration, "\(error)",
                remedy: "nothing has changed: the node goes on with what it has")
        }
    }

    /// An older one is not taken any more, as far as the disk remembers.
    private func remember(_ seal: ConfigurationSeal?) {
        guard let seal else { return }
        do { try trust?.take(seal) } catch { Terminal.say("the signature is not remembered: \(error)") }
    }

    private func store(_ bundle: ConfigurationBundle) throws(ControlFault) -> String {
        do throws(FileFault) { return try archive.store(bundle.canonical) } catch {
            throw ControlFault(
                .conflict, "the configuration cannot be archived: \(error)",
                remedy: "nothing has changed: see to the data directory's disk")
        }
    }

    private func carryOut(_ change: PolicyChange, _ people: [String]) async throws(ControlFault) {
        // Who sends a signal may be any of those who can: it counts where one is enough, and not beyond.
        let people = change.people > 1 ? people.filter { $0 != ConfigurationKeeper.signal } : people
        switch await desk.configure(change, people: people) {
        case .nothing:
            throw ControlFault(
                .conflict, "another change of the configuration is under way",
                remedy: "nothing has changed: try again in a moment")
        case .needs(let agreed, let more):
            let who = agreed.isEmpty ? "it loosens a limit" : "\(agreed.joined(separator: " and ")) agreed"
            throw ControlFault(
                .needsApproval,
                "\(who), and \(more) \(agreed.isEmpty ? "" : "other ")"
                    + "\(more == 1 ? "person" : "people") must",
                remedy: "nothing has changed: arbctl config reload … --approved-by NAME, or each in a call "
                    + "of their own, within 15 minutes and with the files as they are")
        case .ready:
            let isTaken = await desk.awaitLoosening(
                .configuration(change.wish), by: time.now + ConfigurationKeeper.patience)
            if !isTaken { settleLater(change.wish) }
            guard isTaken, await desk.inspect({ $0.configured?.after }) == change.fact.after else {
                throw ControlFault(
                    .conflict, "the outbox has not taken the row: nothing changes before it has",
                    remedy: "arbctl status says how the outbox is")
            }
        }
    }

    private func channels(_ configuration: NodeConfiguration) async throws(ControlFault)
        -> @Sendable () async -> Void
    {
        do { return try await alerts(configuration) } catch {
            throw ControlFault(
                .badConfiguration, "\(error)",
                remedy: "nothing has changed: the node goes on with what it has")
        }
    }

    private func answer(_ fact: ConfigurationFact, _ delta: ConfigurationDelta) async -> ConfigurationAnswer {
        var answer = ConfigurationAnswer()
        answer.actor = await desk.inspect { $0.configured?.actor ?? "" }
        answer.reason = fact.reason
        answer.atNs = time.now.nanoseconds
        answer.file = path
        (answer.before, answer.after) = (fact.before, fact.after)
        answer.changes = delta.changes.map { difference in
            var change = ConfigurationAnswer.Change()
            change.key = difference.key
            (change.before, change.after) = (difference.before, difference.after)
            change.loosens = difference.loosens
            return change
        }
        return answer
    }
}

extension ConfigurationKeeper {
    /// SIGHUP. A signal is nobody's agreement: what loosens a limit needs arbctl and two people.
    func hangUp() async {
        do throws(ControlFault) {
            let answer = try await reload(reason: "SIGHUP", people: [ConfigurationKeeper.signal])
            let keys = answer.changes.map(\.key).joined(separator: ", ")
            Terminal.say("SIGHUP: the configuration is reloaded: \(keys)")
        } catch { Terminal.say("SIGHUP: \(error)") }
    }

    static let signal = "signal"
}
