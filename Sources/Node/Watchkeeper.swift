import Engine
import Orders
import Ports
import TradingModel
import VenueKit

/// Stands beside the desk with a thread, connections and signatures of its own. Urgent words come here: they
/// hold from this moment on (`WatchBoard`), the desk carries them out if it answers, and where it does not
/// the Watchkeeper cancels what rests by itself, until the venues' own lists show nothing of ours.
public actor Watchkeeper {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }

    /// A desk that says nothing for so long is taken for stuck.
    public static let deskPatience = Span.milliseconds(25)
    /// How long whoever gave the word waits to hear that all is clear.
    public static let outcomePatience = Span.seconds(5)

    private let desk: TradingDesk
    private let keeper: OutboxKeeper
    private let board: WatchBoard
    private let world: World
    private let venues: [WatchedVenue]
    /// What the last urgent word came to.
    public private(set) var lastOutcome: KillOutcome?

    init(
        desk: TradingDesk, keeper: OutboxKeeper, board: WatchBoard, plan: NodePlan,
        keys: [VenueKey], batches: [[InstrumentBatch]], world: World
    ) {
        lane = world.watch?.lane ?? world.coldLane
        self.desk = desk
        self.keeper = keeper
        self.board = board
        self.world = world
        venues = plan.dialects.enumerated().map { index, dialect in
            WatchedVenue(
                VenueID(index), dialect, keys[index], batches[index],
                node: plan.policy.node, board: board, world: world)
        }
    }

    /// Connections stand before they are needed.
    func start() {
        for venue in venues { venue.warm() }
    }

    /// Kills a scope; returns when all is clear, or when waiting longer would tell nothing new.
    public func kill(_ order: KillOrder) async -> KillOutcome {
        await carryOut(.kill(order), cancels: order.scope)
    }

    /// Down to a mode; SAFE_MODE and KILLED cancel everything.
    public func tighten(to mode: OperatingMode, reason: String, actor: String) async -> KillOutcome {
        await carryOut(
            .tighten(mode, reason: reason, actor: actor), cancels: mode >= .safe ? .all : nil)
    }

    private func carryOut(_ word: UrgentWord, cancels scope: KillScope?) async -> KillOutcome {
        let outcome = await outcome(of: word, scope)
        lastOutcome = outcome
        return outcome
    }

    private func outcome(of word: UrgentWord, _ scope: KillScope?) async -> KillOutcome {
        let asked = world.time.now
        let number = board.give(word)
        let isTaken = await ask(within: Watchkeeper.deskPatience) { $0.take(number, word) } != nil
        guard let scope else {
            return KillOutcome(by: isTaken ? .desk : .watchkeeper, askedAt: asked, venues: [])
        }
        if isTaken, let venues = await follow(scope, since: asked) {
            return KillOutcome(by: .desk, askedAt: asked, venues: venues)
        }
        return KillOutcome(by: .watchkeeper, askedAt: asked, venues: await takeOver(word, scope))
    }

    // MARK: With the desk

    /// The desk's answer; `nil` when it did not come in time. What was asked is carried out all the same once
    /// the desk comes to it.
    private func ask<Answer: Sendable>(
        within bound: Span, _ body: @escaping @Sendable (isolated TradingDesk) -> Answer
    ) async -> Answer? {
        let reply = Reply<Answer>()
        let desk = desk
        Task(executorPreference: desk.lane) { reply.put(await desk.answer(body)) }
        let limit = world.time.now + bound
        while reply.value == nil, world.time.now < limit {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(1)) } catch { break }
        }
        return reply.value
    }

    /// Watches the desk's cancels until the venues have confirmed them; `nil` when the desk fell silent.
    private func follow(_ scope: KillScope, since asked: Moment) async -> [KillOutcome.Venue]? {
        var known: [KillOutcome.Venue]?
        while true {
            guard
                let look = await ask(
                    within: Watchkeeper.deskPatience, { $0.clearing(scope, since: asked) })
            else { return nil }
            var venues = look.venues
            for index in venues.indices where venues[index].open.isEmpty {
                venues[index].clearAt = known?[index].clearAt ?? look.at
            }
            known = venues
            if venues.allSatisfy(\.isClear) || look.at - asked > Watchkeeper.outcomePatience {
                return venues
            }
            do { try await world.time.sleep(until: world.time.now + .milliseconds(2)) } catch {
                return venues
            }
        }
    }

    // MARK: Without the desk

    private func takeOver(_ word: UrgentWord, _ scope: KillScope) async -> [KillOutcome.Venue] {
        write(word)
        let resting = board.resting(in: scope)
        let deadline = world.time.now + Watchkeeper.outcomePatience
        for venue in venues {
            let own = resting.filter { $0.venue == venue.id }
            venue.begin()
            Task(executorPreference: lane) { await venue.clear(own, scope) }
        }
        while !venues.allSatisfy(\.isClear), world.time.now < deadline {
            do { try await world.time.sleep(until: world.time.now + .milliseconds(1)) } catch { break }
        }
        return venues.map(\.outcome)
    }

    /// Beside the desk's own row, which follows when it is there again: whatever is written first holds.
    private func write(_ word: UrgentWord) {
        let now = world.time.now
        var rows: [[UInt8]] = []
        switch word {
        case .tighten(let mode, let reason, let actor):
            // A row of a looser mode would be the last word to the next start.
            guard mode >= board.strictest else { return }
            rows.append(OutboxRecord.mode(mode, reason: reason, actor: actor, at: now).encoded())
        case .kill(let order):
            rows.append(OutboxRecord.killed(KillBlock(order, at: now), isLifted: false).encoded())
            guard order.scope == .all else { break }
            rows.append(
                OutboxRecord.mode(.killed, reason: order.reason, actor: order.actor, at: now).encoded())
        }
        let (keeper, bytes) = (keeper, rows)
        // A store that refuses leaves it to the desk's row, which is written first once anything can be.
        Task(executorPreference: keeper.lane) { _ = await keeper.append(bytes) }
    }
}

extension TradingDesk {
    public func answer<Answer: Sendable>(_ body: @Sendable (isolated TradingDesk) -> Answer) -> Answer {
        body(self)
    }
}
