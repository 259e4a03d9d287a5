import Engine
import Orders
import Testing
import TradingModel

@testable import Tape

@Suite struct `A tape` {
    @Test func `tells every event with every field of it`() throws {
        var recorder = Samples.recorder()
        for event in Samples.events { recorder.event(event, at: Samples.moment) }
        let entries = try Samples.read(recorder.takeBlock())
        guard case .began(let header) = entries.first else {
            Issue.record("it begins with its run")
            return
        }
        #expect(header == TapeHeader(version: "1.2.3", at: Samples.moment, openings: 4, isDryRun: true))
        #expect(
            "\(entries[1])" == "\(TapeEntry.row(8, [1, 2, 3]))"
                && "\(entries[2])" == "\(TapeEntry.row(9, []))")
        let told = entries.dropFirst(3).map { "\($0)" }
        let expected = Samples.events.map { "\(TapeEntry.event($0, at: Samples.moment))" }
        #expect(told.count == expected.count)
        for (one, other) in zip(told, expected) { #expect(one == other) }
    }

    /// A new event without a sample would be one that nobody has read back.
    @Test func `has a sample of each of the thirty-seven kinds`() {
        let kinds = Samples.events.map { event in
            var writer = TapeWriter()
            writer.event(event)
            return writer.bytes[0]
        }
        #expect(Set(kinds) == Set(1...37))
    }

    @Test(arguments: 1...20) func `tells book messages as they came, at any pace`(seed: UInt64) throws {
        var random = SplitMix(seed)
        var recorder = Samples.recorder()
        _ = recorder.takeBlock()
        var expected: [String] = []
        var blocks: [[UInt8]] = []
        var now = Samples.moment
        for _ in 0..<200 {
            now = now + .nanoseconds(Int64(random.below(5_000_000_000)))
            let update = random.update()
            let venue = VenueID(Int(random.below(64)))
            recorder.book(update, of: venue, at: now)
            expected.append("\(TapeEntry.book(venue, update, at: now))")
            // A block is read without the ones before it.
            if random.below(20) == 0 { blocks.append(recorder.takeBlock()) }
        }
        blocks.append(recorder.takeBlock())
        let told = try blocks.flatMap { try Samples.read($0) }.map { "\($0)" }
        #expect(told == expected)
        #expect(try Samples.read(blocks.flatMap { $0 }).map { "\($0)" } == expected)
    }

    @Test func `says what was taken and that the run ended`() throws {
        var recorder = Samples.recorder()
        _ = recorder.takeBlock()
        recorder.taken()
        recorder.decided([.fetchFills(Samples.venue, Samples.instrument)])
        recorder.ended()
        let entries = try Samples.read(recorder.takeBlock())
        guard entries.count == 3, case .taken = entries[0], case .decided = entries[1],
            case .ended = entries[2]
        else {
            Issue.record("\(entries)")
            return
        }
    }
}

@Suite struct `A damaged tape` {
    private func whole() -> [UInt8] {
        var recorder = Samples.recorder()
        var random = SplitMix(7)
        for event in Samples.events {
            recorder.event(event, at: Samples.moment)
            recorder.book(random.update(), of: Samples.venue, at: Samples.moment)
        }
        return recorder.takeBlock()
    }

    @Test func `that was cut off tells what is whole`() throws {
        let bytes = whole()
        let all = try Samples.read(bytes).count
        for length in bytes.indices {
            var (entries, count) = (TapeEntries(Array(bytes[..<length])), 0)
            do throws(TapeFault) {
                while try entries.next(Samples.named) != nil { count += 1 }
            } catch { #expect(error == .short, "at \(length)") }
            #expect(count < all)
        }
    }

    @Test(arguments: 1...200) func `is a fault, never a trap`(seed: UInt64) {
        var random = SplitMix(seed)
        var bytes = whole()
        for _ in 0...random.below(4) {
            bytes[Int(random.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: random.next())
        }
        // What is read is no business of this test, as long as it comes to an end.
        _ = try? Samples.read(bytes)
    }

    @Test func `of a newer arbnode is not guessed at`() {
        #expect(throws: TapeFault.newer(99)) { try Samples.read([0, 99, 5]) }
        #expect(throws: TapeFault.malformed("an entry of kind 77")) { try Samples.read([0, 1, 77]) }
    }

    @Test func `that does not begin with its run is told nobody`() throws {
        var rerun = Rerun(policy: Samples.policy)
        #expect(throws: TapeFault.self) { try rerun.play(.event(.timer, at: Samples.moment)) }
    }
}

@Suite struct `The fingerprint of a decision` {
    private static let intent = OrderIntent(
        id: Samples.id, venue: Samples.venue, instrument: Samples.instrument, side: .buy,
        quantity: Quantity(raw: 5), limit: Price(raw: 6), timeInForce: .immediateOrCancel, purpose: .open,
        decidedAt: Samples.moment, sendBefore: Samples.moment + .milliseconds(150))

    private func print(_ directives: [Directive]) -> UInt64 {
        var scratch = TapeWriter()
        return DirectiveDigest.of(directives, &scratch)
    }

    @Test func `knows each field of an order`() {
        let changes: [(inout OrderIntent) -> Void] = [
            { $0.id = .nobody }, { $0.venue = VenueID(2) }, { $0.instrument = InstrumentID(2) },
            { $0.side = .sell }, { $0.quantity = Quantity(raw: 4) }, { $0.limit = Price(raw: 7) },
            { $0.timeInForce = .postOnly }, { $0.purpose = .hedge },
            { $0.decidedAt = Samples.moment + .nanoseconds(1) },
            { $0.sendBefore = Samples.moment + .nanoseconds(1) }, { $0.owedSince = Samples.moment },
            { $0.reduceOnly = true }, { $0.decision = 1 },
        ]
        let plain = print([.transmit(Self.intent)])
        for (number, change) in changes.enumerated() {
            var other = Self.intent
            change(&other)
            #expect(print([.transmit(other)]) != plain, "field \(number)")
        }
    }

    @Test func `knows kinds, order and number`() {
        let order = Samples.reference
        let lists: [[Directive]] = [
            [], [.transmit(Self.intent)], [.persist([Self.intent])], [.persist([Self.intent, Self.intent])],
            [.cancel(order, Samples.venue)], [.query(order, Samples.venue)],
            [.readLists(order, Samples.venue)], [.query(order, VenueID(1))],
            [.cancel(order, Samples.venue), .query(order, Samples.venue)],
            [.query(order, Samples.venue), .cancel(order, Samples.venue)], [.amend(Samples.amendment)],
            [.persistAmend(Samples.amendment)], [.fetchFills(Samples.venue, Samples.instrument)],
            [.resynchronise(Samples.venue, Samples.instrument)],
            [.journal(.started(epoch: 1, at: Samples.moment))],
            [.journal(.started(epoch: 2, at: Samples.moment))],
            [.persistLoosening(1, .started(epoch: 1, at: Samples.moment))],
            [.alarm(incident("a"))], [.alarm(incident("b"))],
        ]
        #expect(Set(lists.map(print)).count == lists.count)
    }

    private func incident(_ detail: String) -> Incident {
        Incident(code: .diskLow, severity: .warning, venue: nil, detail: detail, at: Samples.moment)
    }
}

/// A seeded stream of numbers.
private struct SplitMix {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ most: UInt64) -> UInt64 { next() % most }

    /// Every field, also such values as no venue sends.
    mutating func update() -> BookUpdate {
        var update = BookUpdate(
            instrument: InstrumentID(Int(below(200))), kind: below(2) == 0 ? .snapshot : .delta)
        update.lastSequence = Int64(bitPattern: next())
        update.firstSequence = below(2) == 0 ? -1 : update.lastSequence &- Int64(below(50))
        if below(2) == 0 { update.previousSequence = update.lastSequence &- 1 }
        if below(2) == 0 { update.checksum = UInt32(truncatingIfNeeded: next()) }
        if below(2) == 0 { update.venueTime = Moment(nanoseconds: Int64(below(.max / 2))) }
        update.bids = levels()
        update.asks = levels()
        return update
    }

    private mutating func levels() -> [LevelChange] {
        (0..<below(8)).map { _ in
            LevelChange(
                price: Price(raw: Int64(bitPattern: next())), quantity: Quantity(raw: Int64(below(1 << 40))),
                priceDecimals: UInt8(below(19)), quantityDecimals: UInt8(below(19)))
        }
    }
}
