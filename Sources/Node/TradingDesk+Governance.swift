import Engine
import Orders
import Ports
import TradingModel
import VenueKit

// People's words about modes, kills and the risk index.
extension TradingDesk {
    /// Carries out what the board has held to since it was given.
    func take(_ number: UInt64, _ word: UrgentWord) {
        beforeUrgent = (
            engine.mode, engine.modeReason, engine.orders.live.count, engine.kills.blocks.map(\.scope)
        )
        switch word {
        case .kill(let order): handle(.governance(.kill(order)))
        case .tighten(let mode, let reason, let actor):
            // Where the mode is stricter already, the word still makes void what would lead below its own.
            handle(.mode(mode, reason: reason, actor: mode >= engine.mode ? actor : "node"))
        }
        board.taken(number, mode: engine.mode)
    }

    /// How far the cancels of a scope are.
    func clearing(_ scope: KillScope, since moment: Moment) -> KillOutcome.Progress {
        var progress = connectors.map { KillOutcome.Venue(venue: $0.venue) }
        for (id, at) in cancelWire.sent where at >= moment {
            guard let intent = engine.orders[id]?.intent, engine.kills.covers(scope, intent) else { continue }
            progress[intent.venue.index].canceled += 1
            progress[intent.venue.index].wireAt = max(progress[intent.venue.index].wireAt ?? at, at)
        }
        for record in withEngine({ $0.open(in: scope) }) {
            let venue = record.intent.venue.index
            progress[venue].open.append(record.intent.id)
            if cancelWire.unsent.contains(record.intent.id) { progress[venue].unsent += 1 }
        }
        return KillOutcome.Progress(venues: progress, at: world.time.now)
    }

    /// Answers how it stands with a wish to loosen something, and begins to carry it out where enough people
    /// agree; it holds once its row is durable.
    public func loosen(_ wish: Loosening, reason: String, people: [String]) -> LooseningVerdict {
        let verdict = withEngine { $0.verdict(on: wish, people, at: world.time.now) }
        switch wish {
        case .mode(let mode):
            handle(.governance(.resume(to: mode, reason: reason, people: people)))
        case .lift(let scope):
            handle(.governance(.lift(scope, reason: reason, people: people)))
        case .configuration: preconditionFailure("a configuration comes with its policy")
        }
        return verdict
    }

    /// Waits until the row of a loosening is durable or refused; `false` when neither came in time.
    public func awaitLoosening(_ wish: Loosening, by deadline: Moment) async -> Bool {
        while withEngine({ $0.isLoosening(wish) }), world.time.now < deadline {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(2)) } catch { break }
        }
        return !withEngine { $0.isLoosening(wish) }
    }

    /// Another configuration: answers how it stands, and begins to carry it out where enough people agree.
    public func configure(_ change: PolicyChange, people: [String]) -> LooseningVerdict {
        let verdict = withEngine { $0.verdict(on: .configuration(change.wish), people, at: world.time.now) }
        handle(.governance(.configure(change, people: people)))
        return verdict
    }

    /// The configuration that this run began with.
    public func begin(with fact: ConfigurationFact) { handle(.governance(.started(with: fact))) }

    public func setMaintenance(_ step: MaintenanceStep, reason: String, actor: String) {
        handle(.governance(.maintenance(step, reason: reason, actor: actor)))
    }

    public func setRiskTarget(_ target: Int, reason: String, actor: String) {
        handle(.governance(.riskTarget(target, reason: reason, actor: actor)))
    }
}
