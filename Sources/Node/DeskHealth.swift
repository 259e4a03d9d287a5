import Engine
import TradingModel
import VenueKit
import Watch

/// After how much silence the node's own threads are late, and lost.
public struct HealthPolicy: Hashable, Sendable {
    public var deskLate: Span
    public var deskLost: Span
    /// Of the store's and the reserve's thread, which may wait for a disk.
    public var storeLate: Span
    public var storeLost: Span
    /// From where on the machine is strained.
    public var host: HostPolicy

    /// - Precondition: 250 ms ≤ `deskLate` < `deskLost`, 1 s ≤ `storeLate` < `storeLost`.
    public init(
        deskLate: Span = .milliseconds(1_500), deskLost: Span = .seconds(3), storeLate: Span = .seconds(5),
        storeLost: Span = .seconds(15), host: HostPolicy = .standard
    ) {
        self.host = host
        self.deskLate = deskLate
        self.deskLost = deskLost
        self.storeLate = storeLate
        self.storeLost = storeLost
    }
}

/// The heartbeats of a node, and what private streams owe.
struct DeskHealth {
    struct Venue {
        var market: HeartbeatRegistry.ID
        var clock: HeartbeatRegistry.ID
        /// `nil` in a dry run, which has no account there.
        var account: HeartbeatRegistry.ID?
        var echoes: HeartbeatRegistry.ID?
        var reconciliation: HeartbeatRegistry.ID?
        var hunter: HeartbeatRegistry.ID?
    }

    var beats = HeartbeatRegistry()
    let desk: HeartbeatRegistry.ID
    let store: HeartbeatRegistry.ID
    let reserve: HeartbeatRegistry.ID
    private(set) var venues: [Venue] = []
    var streams: [EchoWatch]
    var nextLook = Moment.distantPast
    var nextTick = Moment.distantPast
    /// The reserve lane has been asked whether it lives, and has not answered.
    var isReserveAsked = false
    var deadChannels: Set<String> = []
    var host: HostWatch
    /// `nil` where nobody can show: there is no way in.
    var presence: OperatorPresence?
    var isOperatorMissed = false
    /// Whether the last check of the node itself passed; `nil` before the first.
    var canary: Bool?
    var lastCheck: SelfCheck?
    /// What the engine was told last.
    var toldInputs: RiskInputs?
    /// How slow the way to every venue was at least, when it was last looked at.
    var everyWay = Vitality.green

    /// How often beats are looked at, and cases.
    static let every = Span.milliseconds(250)
    static let tick = Span.seconds(1)

    /// - Parameter sweeps: by `VenueID.index`, how often the hunter sweeps it; `nil` in a dry run.
    init(_ policy: HealthPolicy, sweeps: [Span?], at now: Moment) {
        desk = beats.register(
            Heartbeat(
                "desk lane", .trading, every: DeskHealth.every, yellow: policy.deskLate,
                red: policy.deskLost), at: now)
        store = beats.register(
            Heartbeat(
                "store lane", .trading, every: .seconds(1), yellow: policy.storeLate,
                red: policy.storeLost),
            at: now)
        // Without it and the store no hedge becomes durable any more: what rests is canceled.
        reserve = beats.register(
            Heartbeat(
                "reserve lane", .vital, every: .seconds(1), yellow: policy.storeLate,
                red: policy.storeLost),
            at: now)
        streams = sweeps.map { _ in EchoWatch() }
        host = HostWatch(policy.host, venues: sweeps.count)
        for index in sweeps.indices { addVenue(VenueID(index), sweep: sweeps[index], at: now) }
    }

    /// Its beats miss: the private stream lives, and is deaf.
    static let privateStream = "private stream"
    static let echoes = "own-order echoes"

    private mutating func addVenue(_ venue: VenueID, sweep: Span?, at now: Moment) {
        func add(
            _ name: String, _ criticality: Criticality, _ every: Span, _ yellow: Span, _ red: Span,
            isResting: Bool = false
        ) -> HeartbeatRegistry.ID {
            beats.register(
                Heartbeat(name, venue: venue, criticality, every: every, yellow: yellow, red: red),
                isResting: isResting, at: now)
        }
        // A venue with nothing new to say still speaks within its keep-alive.
        let market = add("market data", .venue, .seconds(30), .seconds(45), .seconds(120))
        let clock = add("clock", .venue, .seconds(10), .seconds(60), .seconds(300))
        guard let sweep else { return venues.append(Venue(market: market, clock: clock)) }
        venues.append(
            Venue(
                market: market, clock: clock,
                // Two sweeps without a proof are one lost answer; four are a deaf stream.
                account: add(
                    DeskHealth.privateStream, .venue, sweep, sweep * 2 + .seconds(10),
                    sweep * 4 + .seconds(30)),
                echoes: add(DeskHealth.echoes, .venue, .seconds(1), .seconds(2), .seconds(10)),
                // A pass may wait for the venue's rate budget before each of its questions.
                reconciliation: add(
                    "reconciliation", .venue, .seconds(30), .seconds(120), .seconds(600), isResting: true),
                // The loop itself, whatever the venue answers: its questions end by themselves.
                hunter: add("order hunter", .trading, sweep, sweep + .seconds(120), sweep + .seconds(600))))
    }

    /// An order goes out: from here on its echo is owed,
    mutating func sends(_ intent: OrderIntent, at now: Moment) {
        streams[intent.venue.index].sent(intent.id, at: now)
    }

    /// unless the venue did not take it, or may not have.
    mutating func answered(_ intent: OrderIntent, _ answer: PlaceAnswer) {
        if case .accepted = answer { return }
        streams[intent.venue.index].released(intent.id)
    }

    /// The private stream told something.
    mutating func heard(_ frame: PrivateFrame, _ venue: VenueID, at now: Moment) {
        streams[venue.index].told(at: now)
        guard streams[venue.index].owing > 0 else { return }
        for order in frame.orders { if let id = order.clientID { streams[venue.index].echoed(id) } }
        for fill in frame.fills { if let id = fill.clientID { streams[venue.index].echoed(id) } }
    }

    /// Takes over what connectors and streams know.
    mutating func gather(_ pulses: [ConnectorPulse], at now: Moment) {
        for (index, pulse) in pulses.enumerated() {
            if let heard = pulse.marketAt { beats.beat(venues[index].market, at: heard) }
            if let measured = pulse.clockAt { beats.beat(venues[index].clock, at: measured) }
            if let account = venues[index].account, streams[index].aliveAt > .distantPast {
                beats.beat(account, at: streams[index].aliveAt)
            }
            if let echoes = venues[index].echoes { beats.beat(echoes, at: streams[index].owedSince ?? now) }
        }
    }
}
