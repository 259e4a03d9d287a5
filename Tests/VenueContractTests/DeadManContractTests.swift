import Ports
import SimulatedWorld
import Testing
import TradingModel
import VenueKit

/// A node that dies must not leave orders behind: the connector keeps the venue's switch armed, and the
/// double, written from the documentation, cancels when it is not heard from any more.
@Suite struct DeadManContractTests {
    /// What a connector told its desk.
    final class Listener: VenueObserver, @unchecked Sendable {
        var armed: [Bool] = []
        var incidents: [Incident] = []
        var ended: [ClientOrderID] = []
        func contractTerms(_: VenueID, _: ContractTerms, at: Moment) {}
        func bookMessage(_: VenueID, _: BookUpdate, at _: Moment) {}
        func bookQuarantined(_: VenueID, _: [InstrumentID], reason _: QuarantineReason, at _: Moment) {}
        func publicStream(_: VenueID, _: [InstrumentID], isOpen _: Bool, at _: Moment) {}
        func privateStream(_: VenueID, isReady _: Bool, reason _: String, at _: Moment) {}
        func evidence(_: VenueID, _ frame: PrivateFrame, at _: Moment) {
            ended += frame.orders.filter { $0.state == .canceled }.compactMap(\.clientID)
        }
        func deadMan(_: VenueID, isArmed: Bool, at _: Moment) { armed.append(isArmed) }
        func trouble(_ incident: Incident) { incidents.append(incident) }

        var losses: Int { incidents.count { $0.code == .deadManLost } }
    }

    /// A connector at work against its double in virtual time.
    final class Stand {
        let simulation = Simulation(seed: 11, start: Moment(nanoseconds: 1_790_000_000_000_000_000))
        let network: SimulatedNetwork
        let double: any SimulatedVenue
        let connector: VenueConnector
        let listener = Listener()
        let world: World

        init(_ venue: String, rule: DeadManRule? = nil) throws {
            var account = DoubleCatalog.demoAccount(
                apiKey: VenueMeeting.key, secret: VenueMeeting.secret, passphrase: VenueMeeting.phrase)
            account.isInstitutional = rule?.trigger == .disconnection
            network = SimulatedNetwork(simulation)
            double = try #require(
                DoubleCatalog.make(
                    venue: venue, seed: 5, instruments: DoubleCatalog.demoInstruments, account: account,
                    start: simulation.now))
            network.add(double)
            let sample = try VenueMeeting.dialect(venue)
            var profile = sample.profile
            profile.restOrigin = "https://\(venue).test"
            let host = "wss://\(venue).test"
            profile.publicURL = host + profile.publicURL.dropFirst("wss://venue.test".count)
            profile.privateURL = host + profile.privateURL.dropFirst("wss://venue.test".count)
            if let rule { profile.deadMan = rule }
            let dialect = try #require(DialectCatalog.make(profile, sample.symbols.listings))
            world = simulation.world(network, SimulatedDisk())
            connector = VenueConnector(
                venue: VenueID(0), dialect: dialect,
                access: VenueAccess(
                    apiKey: VenueMeeting.key, passphrase: VenueMeeting.phrase,
                    signer: SimulatedSigner(secret: VenueMeeting.secret)), world: world)
            let (connector, listener) = (connector, listener)
            Task(executorPreference: world.socketLane) { await connector.start(reporting: listener) }
            run(.seconds(5))
        }

        func run(_ span: Span) { simulation.run(until: simulation.now + span) }

        func ask<Answer: Sendable>(_ body: @escaping @Sendable (VenueConnector) async -> Answer) throws
            -> Answer
        {
            let connector = connector
            nonisolated(unsafe) var answer: Answer?
            Task(executorPreference: world.socketLane) { answer = await body(connector) }
            simulation.run(until: simulation.now + .seconds(30)) { answer != nil }
            return try #require(answer)
        }

        /// A bid far below the market.
        func rest(_ number: UInt64) throws {
            let order = OrderIntent(
                id: OrderContractTests.id(number), venue: VenueID(0), instrument: InstrumentID(0), side: .buy,
                quantity: Quantity(raw: 1_000_000), limit: Price(raw: 30_000 * 100_000_000),
                timeInForce: .postOnly, purpose: .open, decidedAt: simulation.now,
                sendBefore: .distantFuture)
            let connector = connector
            Task(executorPreference: world.socketLane) {
                await connector.place(order, sent: { _ in }, done: { _, _ in })
            }
            run(.seconds(1))
            #expect(isOpen(number))
        }

        func isOpen(_ number: UInt64) -> Bool {
            let id = OrderContractTests.id(number).description
            return double.truth.orders.contains { $0.clientID == id && $0.isOpen }
        }

        var isArmed: Bool { get throws { try ask { await $0.isDeadManArmed } } }
    }

    static let dcp = DeadManRule(trigger: .disconnection, window: .seconds(10), refresh: .seconds(4))

    /// The shortest window that all of them take.
    static func stand(_ venue: String) throws -> Stand {
        let timer = DeadManRule(trigger: .timer, window: .seconds(10), refresh: .seconds(4))
        return try Stand(venue, rule: venue == "bybit" ? dcp : timer)
    }
    static let venues = ["okx", "kraken", "bybit"]

    @Test(arguments: venues)
    func `while the node lives its resting orders stay, when it dies they go`(_ venue: String) throws {
        let stand = try DeadManContractTests.stand(venue)
        #expect(try stand.isArmed)
        try stand.rest(1)
        stand.run(.seconds(30))
        #expect(try stand.isArmed && stand.isOpen(1))
        #expect(stand.listener.armed == [true] && stand.listener.losses == 0)
        // kill -9.
        stand.simulation.abandon([stand.world.socketLane])
        stand.network.cutAll()
        stand.run(.seconds(5))
        #expect(stand.isOpen(1), "not before the window")
        stand.run(.seconds(8))
        #expect(!stand.isOpen(1))
    }

    @Test(arguments: venues)
    func `a venue out of reach is told as lost, then as fired, and armed again when it is back`(
        _ venue: String
    ) throws {
        let stand = try DeadManContractTests.stand(venue)
        try stand.rest(2)
        stand.network.setReachable(venue, false)
        stand.run(.seconds(14))
        #expect(!(try stand.isArmed) && !stand.isOpen(2))
        #expect(stand.listener.armed == [true, false])
        #expect(stand.listener.losses >= 1)
        stand.network.setReachable(venue, true)
        stand.run(.seconds(25))
        #expect(try stand.isArmed)
        #expect(stand.listener.armed == [true, false, true])
    }

    @Test(arguments: ["okx", "kraken"])
    func `switched off in good order, it never fires`(_ venue: String) throws {
        let stand = try DeadManContractTests.stand(venue)
        try stand.rest(3)
        _ = try stand.ask { connector in
            await connector.disarmDeadMan()
            return true
        }
        #expect(!(try stand.isArmed))
        stand.run(.seconds(25))
        #expect(stand.isOpen(3) && stand.listener.armed == [true, false] && stand.listener.losses == 0)
        _ = try stand.ask { connector in
            await connector.armDeadMan()
            return true
        }
        stand.run(.seconds(5))
        #expect(try stand.isArmed)
    }

    @Test func `where there is none nothing is asked for and nothing may rest`() throws {
        for venue in ["binance-spot", "bybit"] {
            let stand = try Stand(venue)
            stand.run(.seconds(15))
            #expect(!(try stand.isArmed) && stand.listener.armed.isEmpty && stand.listener.losses == 0)
            #expect(!stand.network.requests.keys.contains { $0.contains("cancel-all") })
        }
    }

    @Test func `an account without the protection is told as lost and never counts as armed`() throws {
        let venue = "bybit"
        let meeting = try VenueMeeting(venue)
        let rule = DeadManContractTests.dcp
        var profile = meeting.dialect.profile
        profile.deadMan = rule
        let dialect = try #require(DialectCatalog.make(profile, meeting.dialect.symbols.listings))
        let plan = try #require(dialect.deadMan(rule.window, meeting.stamp, meeting.access))
        #expect(throws: VenueFault.self) { try dialect.decodeDeadMan(meeting.ask(plan)) }
    }
}
