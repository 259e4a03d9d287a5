import ArgumentParser
import Audit
import Configuration
import Engine
import LiveWorld
import Orders
import Ports
import Risk
import TradingModel

/// `arbnode audit state`: what a node was at a moment of the past.
struct AuditStateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state",
        abstract: "What a node was at a moment of the past: mode, limits' switches, balances, orders.",
        discussion: """
            Replays the outbox's rows up to then with the very code a start replays them with, under the \
            configuration that held then, which the directory keeps. Every checkpoint on the way must find \
            just the state that the rows amount to; the exit code is 1 where one does not. The same moment \
            gives the same digest, always. The outbox forgets rows a day behind a checkpoint. Books of \
            then, and what was decided on them, are told by arbnode audit replay.

            Example: arbnode audit state data/live --at 2026-11-28T14:05:00Z
            """)

    @OptionGroup var data: DataDirectory
    @Option(help: ArgumentHelp("The moment (UTC).", valueName: "time")) var at: UTCInstant
    @Option(help: ArgumentHelp("A configuration instead of the one that held.", valueName: "file"))
    var config: String?
    @Flag(help: "Print one JSON object.") var json = false

    struct Account: Encodable {
        var venue: String
        var asset: String
        var balance: String
        var change: String
    }

    struct Answer: Encodable {
        var at: String
        var lastRow: UInt64
        var lastAt: String?
        var laterRows: Int
        var epoch: UInt16
        var mode: String
        var modeReason: String
        var configuration: String?
        var riskTarget: Int?
        var riskIndex: Int?
        var kills: [String]
        var safeVenues: [String]
        var disabledStrategies: [String]
        var switchedRules: [String]
        var accounts: [Account]
        var openOrders: [EngineView.Order]
        var checkpoints: Int
        var contradictions: [String]
        var stateDigest: String
    }

    func run() throws {
        let state: PastState
        do {
            let policy = try config.map { try NodePlanning.load($0).policy }
            state = try PastState(
                try OutboxAudit.rows(in: data.path), at: at.moment, policy: policy,
                archive: ContentArchive(data.path + "/configurations"))
        } catch let code as ExitCode {
            throw code
        } catch {
            Terminal.say("\(data.path): \(error)")
            throw ExitCode(65)
        }
        let answer = Answer(state, at: at.moment)
        if json {
            Terminal.print(try Terminal.json(answer))
        } else {
            for line in answer.lines { Terminal.print(line) }
        }
        if !answer.contradictions.isEmpty { throw ExitCode(1) }
    }
}

extension AuditStateCommand.Answer {
    init(_ past: PastState, at moment: Moment) {
        let (policy, recovery) = (past.policy, past.recovery)
        at = UTCTime.text(moment)
        lastRow = past.lastRow
        lastAt = past.lastAt.map(UTCTime.text)
        laterRows = past.later
        epoch = recovery.lastEpoch
        mode = (recovery.mode ?? .normal).name
        modeReason = recovery.modeReason
        configuration = recovery.configured?.after
        (riskTarget, riskIndex) = (recovery.riskTarget, recovery.riskLevel)
        kills = recovery.kills.blocks.map { "\($0.scope.text) by \($0.actor): \($0.reason)" }
        safeVenues = zip(policy.venues, recovery.safeVenues).compactMap { venue, reason in
            reason.map { "\(venue.name): \($0)" }
        }
        disabledStrategies = recovery.disabledStrategies.sorted { $0.key < $1.key }.map {
            "\($0.key): \($0.value)"
        }
        switchedRules = recovery.switchedRules.sorted { $0.key.index < $1.key.index }.map {
            "\($0.key.rawValue) \($0.value.isOn ? "on" : "off") by \($0.value.actor): \($0.value.reason)"
        }
        accounts = recovery.ledger.accounts.filter(\.isOpen).map {
            .init(
                venue: policy.venues[$0.venue.index].name, asset: $0.asset.code, balance: "\($0.balance)",
                change: "\($0.change)")
        }
        openOrders = recovery.orders.live.compactMap { recovery.orders[$0] }.map {
            EngineView.Order($0, policy)
        }
        checkpoints = recovery.checkpoints.count
        contradictions = recovery.contradictions
        stateDigest = past.digest
    }

    var lines: [String] {
        var rows = [
            ["at", at], ["last row", "\(lastRow)" + (lastAt.map { " of \($0)" } ?? "")],
            ["mode", mode + (modeReason.isEmpty ? "" : " (\(modeReason))")],
            ["configuration", configuration ?? "-"],
            [
                "risk index",
                "\(riskIndex.map { "\($0)" } ?? "-"), target \(riskTarget.map { "\($0)" } ?? "-")",
            ],
        ]
        for (name, list) in [
            ("kills", kills), ("venues in SAFE_MODE", safeVenues),
            ("strategies disabled", disabledStrategies),
            ("rules switched", switchedRules), ("contradictions", contradictions),
        ] where !list.isEmpty {
            rows.append([name, list.joined(separator: "; ")])
        }
        rows += accounts.map {
            ["\($0.venue) \($0.asset)", "\($0.balance) (\($0.change) since its opening)"]
        }
        rows += openOrders.map {
            [
                $0.id,
                "\($0.venue) \($0.symbol) \($0.side) \($0.filled)/\($0.quantity) at \($0.limit): \($0.state)",
            ]
        }
        rows += [["checkpoints held against it", "\(checkpoints)"], ["state digest", stateDigest]]
        return Terminal.columns(rows)
    }
}
