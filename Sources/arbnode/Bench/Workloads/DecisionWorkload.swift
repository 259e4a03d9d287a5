import ArgumentParser
import CAllocations
import Configuration
import Engine
import LiveWorld
import Ports
import Risk
import Strategies
import TradingModel
import VenueKit

/// W2: frames of two venues to the bytes of orders, through the whole engine: books, fees, strategy, guards,
/// governor, reservation, request. Without network and disk; signing is measured apart.
struct DecisionWorkload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "w2", abstract: "Frames of two venues to order bytes: nanoseconds a tick.",
        discussion: "Example: arbnode bench w2 --frames perf/.peers/frames/w2.txt")

    @Option(help: "Frames in Binance's format, one a line, marked A or B; the first of each is its snapshot.")
    var frames: String
    @Option(help: "Passes over all frames; the median counts.") var passes = 5

    func run() throws {
        let lines = try FrameLines(frames, areMarked: true)
        var perTick: [Double] = []
        var allocations = 0.0
        for _ in 0..<passes {
            var pass = try DecisionPass(lines)
            let figures = pass.throughput()
            perTick.append(figures.nanoseconds)
            allocations = figures.allocations
        }
        var (all, ordering) = (Samples(), Samples())
        var orders = 0
        for _ in 0..<passes {
            var pass = try DecisionPass(lines)
            pass.latency(into: &all, ordering: &ordering)
            orders = pass.orders
        }
        guard orders > 0 else {
            var pass = try DecisionPass(lines)
            Terminal.say("no order was sent: what was measured are refusals (\(pass.refusals()))")
            throw ExitCode(70)
        }
        all.sort()
        ordering.sort()
        let nanoseconds = perTick.median
        let requests = try RequestTimes()
        WorkloadLine.print(
            "W2", "engine, risk, orders",
            [
                "ticks": Double(lines.lines.count - 2), "orders": Double(orders), "ns_per_tick": nanoseconds,
                "ticks_per_s": 1e9 / nanoseconds, "p50_ns": all.quantile(0.5), "p99_ns": all.quantile(0.99),
                "p999_ns": all.quantile(0.999), "order_p50_ns": ordering.quantile(0.5),
                "order_p99_ns": ordering.quantile(0.99), "order_p999_ns": ordering.quantile(0.999),
                "sign_ns": DecisionPass.signing(), "allocations_per_tick": allocations,
                "binance_request_ns": requests["binance-spot"], "okx_request_ns": requests["okx"],
                "bybit_request_ns": requests["bybit"], "kraken_request_ns": requests["kraken"],
            ])
    }
}

/// One run of a fresh engine over all frames. Orders fill at once and whole, outside of what is measured.
struct DecisionPass {
    private let lines: FrameLines
    private let snapshots: Int
    private var engine: TradingEngine
    private var dialects: [any VenueDialect]
    private var frame = PublicFrame()
    private let access = VenueAccess(apiKey: "bench", passphrase: "", signer: NoSigner())
    private let instrument: Instrument
    private var now = CapturedFrames.start
    private var sent: [OrderIntent] = []
    private var directives: [Directive] = []
    private(set) var orders = 0
    private var bytes = 0

    /// `venues`: how many venues' frames are in `lines`; the first line of each is its snapshot.
    init(_ lines: FrameLines, venues: Int = 2) throws {
        self.lines = lines
        snapshots = venues
        let (dialect, listing) = try DecisionPass.binance()
        let instrument = listing.instrument
        self.instrument = instrument
        var policy = try CapturedFrames.configuration().policy
        policy.instruments = [instrument]
        policy.makerTaker = []
        policy.limits.ordersPerSecond = 1_000
        // All are asked, none refuses: time stands still here, and every rate would be one second's.
        policy.limits.rules = .widest
        let fees = [170, 150].map { Rate(hundredthsOfBasisPoint: $0) }
        let listings = fees.enumerated().map { index, fee in
            var moved = listing.moved(to: VenueID(index), as: instrument)
            moved.takerFee = fee
            return moved
        }
        policy.venues = listings.enumerated().map { index, listing in
            VenuePolicy(
                name: index == 0 ? "a" : "b", proof: .spanningIDs, bookDepth: 1_000, listings: [listing])
        }
        guard var strategy = policy.takerTaker.first else { throw ExitCode(78) }
        strategy.instrument = instrument.id
        strategy.minimumEdge = Rate(hundredthsOfBasisPoint: 10)
        strategy.cooldown = .zero
        strategy.cyclesPerMinute = .max
        strategy.manifest.venues = nil
        policy.takerTaker = [strategy]
        dialects = listings.map { _ in dialect }
        engine = TradingEngine(policy: policy, recovery: Recovery(policy: policy))
        open(listings)
    }

    /// The dialect whose frames the workloads are spelled in, and its one listing.
    static func binance() throws -> (any VenueDialect, Listing) {
        let venue = try CapturedFrames.binance()
        guard let found = venue.listings.first(where: { $0.symbol == "BTCUSDT" }) else {
            Terminal.say("config/demo.yaml lists no BTCUSDT at binance-spot")
            throw ExitCode(78)
        }
        let listing = found.moved(to: VenueID(0), as: found.instrument.numbered(InstrumentID(0)))
        guard let dialect = DialectCatalog.make(venue.profile, [listing]) else { throw ExitCode(70) }
        return (dialect, listing)
    }

    private mutating func open(_ listings: [Listing]) {
        let plenty = Amount(raw: 100_000_000 * 1_000_000_000_000_000_000)
        for listing in listings {
            engine.process(.publicStream(listing.venue, [instrument.id], isOpen: true), at: now)
            engine.process(.opened(listing.venue, instrument.base, plenty), at: now)
            engine.process(.opened(listing.venue, instrument.quote, plenty), at: now)
            engine.process(.privateStream(listing.venue, isReady: true, reason: ""), at: now)
            engine.process(.reconciled(listing.venue), at: now)
            engine.process(.clock(listing.venue, .zero), at: now)
        }
        engine.process(.timer, at: now)
        refillBudget()
        for line in lines.lines.prefix(snapshots) { tick(line, as: .snapshot) }
        _ = engine.takeDirectives()
    }

    mutating func throughput() -> (nanoseconds: Double, allocations: Double) {
        let allocations = arbnode_allocations()
        let began = Stopwatch.now
        for line in lines.lines.dropFirst(snapshots) {
            tick(line)
            if !sent.isEmpty { fill() }
        }
        let ticks = Double(lines.lines.count - snapshots)
        return (
            Double((Stopwatch.now - began).nanoseconds) / ticks,
            Double(arbnode_allocations() - allocations) / ticks
        )
    }

    mutating func latency(into all: inout Samples, ordering: inout Samples) {
        for line in lines.lines.dropFirst(snapshots) {
            let began = Stopwatch.now
            tick(line)
            let span = (Stopwatch.now - began).nanoseconds
            all.add(span)
            guard !sent.isEmpty else { continue }
            ordering.add(span)
            orders += sent.count
            fill()
        }
    }

    /// What the governor said last, by rule.
    mutating func refusals() -> String {
        _ = throughput()
        return engine.governor.rulings.compactMap { $0?.text() }.joined(separator: "; ")
    }

    /// One frame, down to the bytes of the orders it causes.
    @inline(__always)
    private mutating func tick(_ line: FrameLines.Line, as kind: BookUpdate.Kind = .delta) {
        lines.with(line) { dialects[line.venue].decodePublic($0, into: &frame) }
        guard case .book = frame.kind else { return }
        frame.books[0].kind = kind
        if frame.books[0].venueTime > now { now = frame.books[0].venueTime }
        engine.apply(book: frame.books[0], of: VenueID(line.venue), at: now)
        while engine.hasDirectives {
            engine.takeDirectives(into: &directives)
            for directive in directives { perform(directive) }
        }
    }

    private mutating func perform(_ directive: Directive) {
        switch directive {
        // The disk's part is W3.
        case .persist(let intents): engine.process(.durable(intents.map(\.id)), at: now)
        case .transmit(let intent):
            let stamp = RequestStamp(venueTime: now, nonce: 1)
            let plan = dialects[intent.venue.index].place(intent, stamp, access)
            bytes += plan.target.utf8.count + plan.body.count
            sent.append(intent)
        default: break
        }
    }

    private mutating func fill() {
        engine.tellAfterwards()
        while let intent = sent.popLast() {
            engine.process(
                .filled(
                    intent.venue,
                    FillReport(
                        instrument: intent.instrument, clientID: intent.id, venueOrderID: "1",
                        tradeID: intent.id.description, side: intent.side, price: intent.limit,
                        quantity: intent.quantity, fee: .zero, feeAsset: instrument.quote, isMaker: false,
                        evidence: .stream, venueTime: now)), at: now)
        }
        refillBudget()
        engine.takeDirectives(into: &directives)
    }

    private mutating func refillBudget() {
        for venue in 0..<2 { engine.process(.headroom(VenueID(venue), 1_000), at: now) }
    }

    /// What one real signature of an order costs.
    static func signing() -> Double {
        var secret = Array("bench-secret-of-no-account".utf8)
        let signer = OpenSSLSigner(wiping: &secret)
        let message = Array("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.50000000".utf8)
        let rounds = 20_000
        var sum = 0
        let began = Stopwatch.now
        for _ in 0..<rounds { sum += Int(signer.hmacSHA256(message)[0]) }
        precondition(sum > 0)
        return Double((Stopwatch.now - began).nanoseconds) / Double(rounds)
    }
}

/// What one order's request takes to spell, by venue, unsigned: the demo's listings in each dialect.
struct RequestTimes {
    private var times: [String: Double] = [:]

    init() throws {
        let access = VenueAccess(apiKey: "bench", passphrase: "", signer: NoSigner())
        for venue in try CapturedFrames.configuration().venues {
            guard let listing = venue.listings.first,
                let dialect = DialectCatalog.make(venue.profile, venue.listings)
            else { throw ExitCode(70) }
            times[venue.profile.name] = RequestTimes.measure(dialect, listing.instrument.id, access)
        }
    }

    subscript(_ venue: String) -> Double { times[venue] ?? 0 }

    private static func measure(
        _ dialect: any VenueDialect, _ instrument: InstrumentID, _ access: VenueAccess
    ) -> Double {
        let (now, rounds) = (CapturedFrames.start, 20_000)
        var bytes = 0
        let began = Stopwatch.now
        for round in 0..<rounds {
            let order = OrderIntent(
                id: ClientOrderID(
                    epoch: 1, node: 1, strategy: 1, intent: UInt64(round), leg: 0, attempt: 0),
                venue: VenueID(0), instrument: instrument, side: .buy, quantity: Quantity(raw: 5_000_000),
                limit: Price(raw: 6_000_010), timeInForce: .immediateOrCancel, purpose: .open,
                decidedAt: now, sendBefore: now)
            let plan = dialect.place(
                order, RequestStamp(venueTime: now, nonce: UInt64(round + 1)), access)
            bytes += plan.target.utf8.count + plan.body.count
        }
        precondition(bytes > 0)
        return Double((Stopwatch.now - began).nanoseconds) / Double(rounds)
    }
}

/// The workload is unsigned, as the peers' is.
private struct NoSigner: Signer {
    func hmacSHA256(_ message: [UInt8]) -> [UInt8] { [] }
    func hmacSHA512(_ message: [UInt8]) -> [UInt8] { [] }
    func sha256(_ message: [UInt8]) -> [UInt8] { [] }
}

extension Instrument {
    fileprivate func numbered(_ id: InstrumentID) -> Instrument {
        Instrument(id: id, base: base, quote: quote, priceScale: priceScale, quantityScale: quantityScale)
    }
}
