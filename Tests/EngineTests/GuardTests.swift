import Engine
import Hedging
import Orders
import Risk
import Strategies
import Testing
import TradingModel

@Suite struct `What keeps a strategy from going on` {
    private static func amount(_ units: Int64) -> Amount {
        Amount(raw: Int128(units) * 1_000_000_000_000_000_000)
    }

    /// A pair that fills at once; the quotes move on, so that the next signal is a new one.
    private func cycle(_ stage: inout Stage) -> Int {
        stage.advance(.seconds(1))
        let legs = stage.pair()
        stage.durable(legs)
        for leg in legs { stage.fill(leg) }
        return legs.count
    }

    @Test func `too many cycles in a minute disable it until two people agree, across a restart`() {
        let limited: (inout EnginePolicy) -> Void = { $0.takerTaker[0].cyclesPerMinute = 3 }
        var stage = Stage(change: limited)
        for _ in 0..<4 { #expect(cycle(&stage) == 2) }
        #expect(stage.alarms.contains(.possibleLogicLoop))
        #expect(cycle(&stage) == 0, "disabled")
        var again = Stage(
            recovery: stage.rows.filter { if case .strategy = $0 { true } else { false } }, change: limited)
        #expect(cycle(&again) == 0, "a restart does not enable it")
        let name = again.engine.policy.strategyNames[0]
        again.process(.strategyApproved(name, reason: "looked", actor: "ann"))
        again.process(.strategyApproved(name, reason: "looked again", actor: "ann"))
        #expect(cycle(&again) == 0, "one person twice is one person")
        again.process(.strategyApproved(name, reason: "agreed", actor: "bob"))
        #expect(cycle(&again) == 2)
        guard
            case .strategy(name, true, "agreed", "ann and bob", _) = again.rows.last(where: {
                if case .strategy = $0 { true } else { false }
            })
        else {
            Issue.record("who enabled it is not written down")
            return
        }
    }

    /// Venue 1 moves, venue 0 does the same 80 ms later, by ten basis points: too little to open for.
    private func teach(_ stage: inout Stage, leader: Int, moves: Int) -> Int64 {
        var bid: Int64 = 100_00
        for move in 0..<moves {
            bid += move % 3 == 0 ? -20 : 10
            stage.advance(.seconds(2))
            stage.quote(leader, bid: bid, ask: bid + 2)
            stage.advance(.milliseconds(80))
            stage.quote(1 - leader, bid: bid, ask: bid + 2)
        }
        return bid
    }

    @Test func `an edge at a quote that is about to move must be larger, until the move is overdue`() throws {
        var stage = Stage()
        let bid = teach(&stage, leader: 1, moves: 60)
        let lead = try #require(stage.engine.leadLines.first)
        #expect(lead.leader == "venue-1" && lead.follower == "venue-0")
        #expect(stage.persisted().isEmpty)
        stage.advance(.seconds(1))
        // Four basis points after fees; venue 0 is about to follow by ten or more.
        stage.quote(1, bid: bid + 26, ask: bid + 28)
        #expect(stage.persisted().isEmpty)
        stage.advance(.milliseconds(300))
        stage.quote(1, bid: bid + 26, ask: bid + 28)
        #expect(stage.persisted().count == 2, "it did not follow: the edge is what it seems")
    }

    @Test func `and so must one whose sale is about to be worth less`() {
        var stage = Stage()
        let bid = teach(&stage, leader: 0, moves: 60)
        stage.advance(.seconds(1))
        stage.quote(0, bid: bid - 28, ask: bid - 26)
        #expect(stage.persisted().isEmpty)
        stage.advance(.milliseconds(300))
        stage.quote(0, bid: bid - 28, ask: bid - 26)
        #expect(stage.persisted().count == 2)
    }

    @Test func `what a book shows after it lost its proof is no move of its price`() {
        var stage = Stage()
        let bid = teach(&stage, leader: 1, moves: 60)
        stage.advance(.seconds(1))
        stage.quote(1, bid: bid, ask: bid + 2, proven: false)
        stage.quote(1, bid: bid + 26, ask: bid + 28)
        #expect(stage.persisted().count == 2, "nobody has called")
    }

    @Test func `a venue that no longer leads is told`() {
        var stage = Stage()
        _ = teach(&stage, leader: 1, moves: 60)
        stage.process(.timer)
        #expect(!stage.alarms.contains(.leadLagDegraded))
        _ = teach(&stage, leader: 0, moves: 90)
        stage.advance(.seconds(11))
        stage.process(.timer)
        #expect(stage.alarms.contains(.leadLagDegraded))
    }

    @Test func `a strategy opens at the venues of its manifest alone, and hedges go anywhere`() {
        var stage = Stage(venues: 3) {
            $0.takerTaker[0].manifest = StrategyManifest(owner: "ann", venues: [VenueID(0), VenueID(2)])
        }
        #expect(stage.pair().isEmpty, "venue 1 is not its own")
        stage.quote(2, bid: 101_00, ask: 101_10)
        let legs = stage.persisted()
        #expect(Set(legs.map(\.venue)) == [VenueID(0), VenueID(2)])
        stage.durable(legs)
        stage.fill(legs[0])
        stage.quote(2, bid: 99_00, ask: 101_10)
        stage.expire(legs[1])
        let hedges = stage.persisted()
        #expect(hedges.contains { $0.venue == VenueID(1) }, "\(hedges.map(\.venue))")
    }

    @Test func `three cycles a minute for ever are no loop`() {
        var stage = Stage { $0.takerTaker[0].cyclesPerMinute = 3 }
        for _ in 0..<9 {
            #expect(cycle(&stage) == 2)
            stage.advance(.seconds(20))
        }
    }

    @Test func `fees in an hour are counted to the unit, and forgotten after one`() {
        let minute: Int64 = 60_000_000_000
        var guarded = LogicLoopGuard(cyclesPerMinute: 10, feesPerHour: Self.amount(100))
        for number in 0..<10 {
            #expect(guarded.paid(Self.amount(10), at: Moment(nanoseconds: Int64(number) * minute)) == nil)
        }
        #expect(guarded.paid(Amount(raw: 1), at: Moment(nanoseconds: 59 * minute)) != nil)
        #expect(guarded.paid(Self.amount(50), at: Moment(nanoseconds: 59 * minute)) == nil, "told once")
        var later = LogicLoopGuard(cyclesPerMinute: 10, feesPerHour: Self.amount(100))
        #expect(later.paid(Self.amount(100), at: Moment(nanoseconds: 0)) == nil)
        #expect(later.paid(Self.amount(100), at: Moment(nanoseconds: 60 * minute)) == nil)
    }

    @Test func `a leg too late to be sent makes its instrument rest`() {
        var stage = Stage()
        let legs = stage.pair()
        stage.advance(TradingEngine.openWindow + .milliseconds(1))
        stage.durable(legs)
        #expect(stage.transmitted.isEmpty && stage.alarms.contains(.staleTrade))
        stage.advance(.seconds(2))
        #expect(stage.pair().isEmpty)
        stage.advance(.seconds(5))
        #expect(stage.pair().count == 2)
    }

    @Test func `a hedge that was late makes its instrument rest`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.fill(legs[0])
        stage.advance(.milliseconds(121))
        stage.process(.timer)
        #expect(stage.alarms.contains(.hedgeFailure))
        stage.fill(legs[1])
        stage.advance(.seconds(1))
        #expect(stage.pair().isEmpty, "flat, but the cause is not known yet")
        stage.advance(.seconds(5))
        #expect(stage.pair().count == 2)
    }

    @Test(arguments: [1, 1_000]) func `residuals above their cap stop openings, and nothing else`(cap: Int64)
    {
        var stage = Stage { policy in
            policy.hedge.residualCap = Self.amount(cap)
            policy.hedge.residualAge = .seconds(60)
        }
        // 0.04 BTC at 100 is 4 units: less than the five that any venue wants.
        let legs = stage.sentPair()
        var dust = legs[0]
        dust.quantity = Quantity(raw: 400)
        stage.fill(legs[0])
        stage.fill(legs[1])
        stage.process(
            .filled(
                dust.venue,
                FillReport(
                    instrument: dust.instrument, clientID: dust.id, venueOrderID: "o\(dust.id)",
                    tradeID: "dust", side: .buy, price: dust.limit, quantity: dust.quantity, fee: .zero,
                    feeAsset: Asset("USDT"), isMaker: false, evidence: .stream, venueTime: stage.now)))
        stage.process(.venueMode(VenueID(0), isSafe: false, reason: "overfill seen", actor: "ann"))
        stage.process(.timer)
        #expect(stage.engine.isResidualHigh == (cap == 1))
        #expect(stage.alarms.contains(.residualLimit) == (cap == 1))
        stage.advance(.seconds(10))
        #expect(stage.pair().isEmpty == (cap == 1))
        stage.advance(.seconds(61))
        stage.process(.timer)
        #expect(stage.alarms.contains(.residualLimit), "old by now")
    }

    @Test func `a hedge that cannot be routed whole says what each venue gives`() {
        var stage = Stage()
        let legs = stage.sentPair()
        stage.quote(0, bid: 99_90, ask: 100_00, size: 1_000)
        stage.quote(1, bid: 99_90, ask: 100_10, size: 1_000)
        stage.fill(legs[0])
        stage.expire(legs[1])
        #expect(stage.alarms.contains(.sorDegraded))
    }
}

@Suite struct `Prices over a window` {
    @Test func `are the lowest and highest of the last moments, against a list of all`() {
        var random = SeededNumbers(seed: 7)
        var window = PriceWindow(span: .seconds(16))
        var noted: [(at: Int64, price: Int64)] = []
        var at: Int64 = 0
        for _ in 0..<2_000 {
            at += random.between(0, 3_000_000_000)
            let price = random.between(0, 10_000)
            window.note(Price(raw: price), at: Moment(nanoseconds: at))
            noted.append((at, price))
            let first = (at / 1_000_000_000 - 15) * 1_000_000_000
            let seen = noted.filter { $0.at >= first }.map(\.price)
            let range = window.range(at: Moment(nanoseconds: at))
            #expect(range?.low.raw == seen.min() && range?.high.raw == seen.max())
            let later = at + random.between(0, 20_000_000_000)
            let still = noted.filter { $0.at >= (later / 1_000_000_000 - 15) * 1_000_000_000 }.map(\.price)
            #expect(window.range(at: Moment(nanoseconds: later))?.low.raw == still.min())
        }
        #expect(window.range(at: Moment(nanoseconds: at + 17_000_000_000)) == nil)
    }

    @Test func `bound openings to the unit, and no hedge`() {
        let range = RiskQuestion.PriceRange(low: Price(raw: 5_900_000), high: Price(raw: 6_000_000))
        let bound = Price(raw: 5_900_000 + 5_900_000 * 3 / 100)
        func judge(_ purpose: OrderPurpose, _ limit: Price) -> Denial? {
            `The risk governor`.judge(.normal, purpose) {
                $0.window = range
                $0.referencePrice = limit
                $0.order.limit = limit
            }
        }
        #expect(judge(.open, bound) == nil)
        #expect(judge(.open, Price(raw: bound.raw + 1)) == .windowCollar)
        #expect(judge(.hedge, Price(raw: bound.raw + 1)) == nil)
    }

    @Test func `of our own resting orders are never met`() {
        for purpose in [OrderPurpose.open, .hedge] {
            #expect(
                `The risk governor`.judge(.normal, purpose) { $0.ownOpposite = $0.order.limit } == .selfMatch)
            #expect(
                `The risk governor`.judge(.normal, purpose) {
                    $0.ownOpposite = Price(raw: $0.order.limit.raw + 1)
                } == nil)
        }
    }
}

@Suite struct `The size of a pair` {
    @Test func `is whole in calm, shrinks by each doubt, and the doubts multiply`() {
        let sizing = AdaptiveSizing(
            calmRange: Rate(hundredthsOfBasisPoint: 5_000), calmSlippage: Rate(hundredthsOfBasisPoint: 1_000))
        let twiceTheRange = Rate(hundredthsOfBasisPoint: 10_000)
        #expect(sizing.share(SizingEvidence()) == 10_000)
        #expect(sizing.share(SizingEvidence(range: twiceTheRange)) == 5_000)
        #expect(sizing.share(SizingEvidence(slippage: Rate(hundredthsOfBasisPoint: 4_000))) == 2_500)
        #expect(sizing.share(SizingEvidence(slippage: Rate(hundredthsOfBasisPoint: -4_000))) == 10_000)
        #expect(sizing.share(SizingEvidence(fillRatio: 60)) == 6_000)
        #expect(sizing.share(SizingEvidence(fillRatio: 0)) == 2_500, "some is left to learn from")
        #expect(sizing.share(SizingEvidence(venueQuality: 80)) == 8_000)
        #expect(sizing.share(SizingEvidence(riskIndex: 0)) == 0)
        #expect(sizing.share(SizingEvidence(range: twiceTheRange, venueQuality: 80)) == 4_000)
    }

    @Test func `falls with a venue that refuses, which must also offer more, and both recover`() {
        func size(_ refusals: Int, later: Span = .zero) -> Int64? {
            var stage = Stage()
            let legs = stage.sentPair()
            for leg in legs { stage.fill(leg) }
            for _ in 0..<refusals {
                stage.advance(.milliseconds(500))
                let legs = stage.pair()
                stage.durable(legs)
                for leg in legs {
                    stage.process(.placeAnswered(leg.id, .refused(code: "51000", message: "busy")))
                }
            }
            stage.advance(.seconds(1) + later)
            return stage.pair().first?.quantity.raw
        }
        let whole = size(0) ?? 0
        let doubtful = size(1) ?? 0
        #expect(doubtful > 0 && doubtful < whole)
        #expect((size(1, later: .seconds(300)) ?? 0) > doubtful)
    }

    @Test func `with the scarcer leg first, the other one follows its fill on balance claimed before`() {
        var stage = Stage { $0.takerTaker[0].legOrder = .scarcerFirst }
        stage.quote(0, bid: 99_90, ask: 100_00)
        stage.quote(1, bid: 101_00, ask: 101_10, size: 50_000)
        let first = stage.persisted()
        #expect(first.map(\.side) == [.sell], "less is wanted than offered")
        #expect(stage.engine.reservationCount == 2, "both are claimed")
        stage.durable(first)
        stage.fill(first[0])
        let second = stage.persisted()
        #expect(second.map(\.side) == [.buy] && second.map(\.venue) == [VenueID(0)])
        #expect(second.first?.purpose == .hedge)
        #expect(stage.engine.reservationCount == 1)
    }
}
