import Engine
import Ports
import TradingModel
import VenueKit
import Watch

// Who is alive. What is silent for too long lowers the mode and is told; nothing here raises it.
extension TradingDesk {
    /// Called on every round of the desk.
    func lookAfterHealth() {
        let now = world.time.now
        pulse.beat(at: now)
        guard now >= health.nextLook else { return }
        health.nextLook = now + DeskHealth.every
        health.gather(connectors.map { connector in connector.assumeIsolated { $0.pulse } }, at: now)
        let away = health.beats.silence(health.desk, at: now)
        // The process was stopped, or its machine: one trouble, not as many as there are beats.
        if away > DeskHealth.every * 2 { health.beats.excuse(away, except: health.desk, at: now) }
        for change in health.beats.look(at: now) { tell(change, now) }
        // Only now: the desk's own silence is what lies between two looks.
        health.beats.beat(health.desk, at: now)
        if health.beats.isEveryVenueSilent(connectors.count, at: now) {
            lower(to: .reduced, because: "HEARTBEAT_LOST: every venue has lost one")
        }
        pulse.note(isEveryCriticalFresh: health.beats.isEveryCriticalFresh(at: now))
        lookAfterRuns()
        if now >= health.nextTick { tick(now) }
    }

    private func tick(_ now: Moment) {
        health.nextTick = now + DeskHealth.tick
        askReserve()
        feedRiskIndex(now)
        cases.tick(at: now, isNight: withEngine { $0.isNight(at: now) }) { stands($0) }
        carryOutCases()
    }

    private func tell(_ change: HeartbeatRegistry.Change, _ now: Moment) {
        guard change.after > change.before else { return }
        let seconds = change.silence.milliseconds / 1_000
        let what = "\(change.beat.name) has been silent for \(seconds) s (\(change.after.name))"
        raise(
            Incident(
                code: .heartbeatLost, severity: change.beat.criticality.severity(at: change.after),
                venue: change.beat.venue, subject: change.beat.name, detail: what, at: now))
        if let mode = change.beat.criticality.mode(at: change.after) {
            lower(to: mode, because: "HEARTBEAT_LOST: \(what)")
        }
        // Pings come and fills do not: until it is opened anew, quotes are hedged when a sweep finds them.
        let ofStream = [DeskHealth.privateStream, DeskHealth.echoes]
        if change.after == .red, ofStream.contains(change.beat.name), let venue = change.beat.venue {
            connectors[venue.index].assumeIsolated { $0.reopenAccount() }
        }
    }

    /// Down only; the first cause is kept. The engine also takes what changes no mode: it may end a planned
    /// HOLD, or make void what people were about to loosen.
    func lower(to mode: OperatingMode, because reason: String) {
        guard isRunning else { return }
        handle(.mode(mode, reason: reason, actor: "node"))
    }

    /// The reserve lane has nothing to do on most days: it is asked whether it would.
    private func askReserve() {
        guard !health.isReserveAsked else { return }
        health.isReserveAsked = true
        Task(executorPreference: lane) {
            await self.reserveKeeper.isHere()
            await self.reserveAnswered()
        }
    }

    private func reserveAnswered() {
        health.isReserveAsked = false
        health.beats.beat(health.reserve, at: world.time.now)
    }

    /// The store lane has done something.
    func storeLaneAnswered() { health.beats.beat(health.store, at: world.time.now) }

    // MARK: Reconciliation and the hunter

    func reconcilingBegins(_ venue: VenueID) {
        guard let id = health.venues[venue.index].reconciliation else { return }
        health.beats.wake(id, at: world.time.now)
    }

    func reconcilingGoesOn(_ venue: VenueID) {
        guard let id = health.venues[venue.index].reconciliation else { return }
        health.beats.beat(id, at: world.time.now)
    }

    /// A signed question was answered, and what it said is held against the ledger.
    func accountCompared(_ venue: VenueID) {
        health.streams[venue.index].compared(at: world.time.now)
        reconcilingGoesOn(venue)
    }

    func reconcilingEnds(_ venue: VenueID) {
        if let id = health.venues[venue.index].reconciliation { health.beats.rest(id) }
    }

    /// The hunter comes round; answers whether it shall go on.
    func huntGoesOn(_ venue: VenueID) -> Bool {
        if let id = health.venues[venue.index].hunter { health.beats.beat(id, at: world.time.now) }
        return isRunning
    }

    // MARK: Others

    /// Something outside of the node's core that shall show that it lives: a server, a channel.
    public func register(service name: String, every: Span) -> HeartbeatRegistry.ID {
        health.beats.register(
            Heartbeat(name, .service, every: every, yellow: every * 5, red: every * 15), at: world.time.now)
    }

    public func beat(_ service: HeartbeatRegistry.ID) { health.beats.beat(service, at: world.time.now) }

    public var heartbeats: [HeartbeatRegistry.Line] { health.beats.lines(at: world.time.now) }
}
