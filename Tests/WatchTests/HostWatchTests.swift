import Testing
import TradingModel
import Watch

@Suite struct `The machine under a node` {
    private static let start = Moment(nanoseconds: 1_000_000_000_000)

    /// One measure with round bounds, read every second.
    private struct Stage {
        var watch: HostWatch
        var now = start
        let measure: HostMeasure

        init(_ measure: HostMeasure, yellow: Int64?, red: Int64?, lasting: Span) {
            var policy = HostPolicy.standard
            policy[measure] = HostBound(yellow: yellow, red: red, lasting: lasting)
            watch = HostWatch(policy, venues: 2)
            self.measure = measure
        }

        /// What became of it within so many readings of one value.
        mutating func read(_ value: Int64?, times: Int = 1) -> [Vitality] {
            var seen: [Vitality] = []
            for _ in 0..<times {
                var reading = HostReading()
                reading[measure] = value
                seen += watch.observe(reading, trips: [nil, nil], at: now).map(\.line.vitality)
                now = now + .seconds(1)
            }
            return seen
        }
    }

    @Test func `is strained once a bound is passed for as long as it says, without a break`() {
        var stage = Stage(.memory, yellow: 100, red: 200, lasting: .seconds(10))
        #expect(stage.read(100, times: 60) == [], "the bound itself is not beyond it")
        #expect(stage.read(101, times: 10) == [] && stage.read(99) == [])
        #expect(stage.read(101, times: 10) == [], "the break began the time anew")
        #expect(stage.read(101) == [.yellow])
        #expect(stage.read(201, times: 10) == [] && stage.read(201) == [.red])
        #expect(stage.watch.isStrained("memory", nil) && !stage.watch.isStrained("cpu", nil))
    }

    @Test func `is well again only a tenth on the good side, for half a minute, one step at a time`() {
        var stage = Stage(.memory, yellow: 100, red: 200, lasting: .zero)
        #expect(stage.read(300) == [.red])
        #expect(stage.read(190, times: 200) == [], "between the bound and its eased place nothing moves")
        #expect(stage.read(150, times: 30) == [] && stage.read(150) == [.yellow])
        #expect(stage.read(101, times: 2) == [] && stage.read(89, times: 20) == [] && stage.read(95) == [])
        #expect(stage.read(89, times: 30) == [] && stage.read(89) == [.green])
    }

    @Test func `is told once, however much a value trembles around its bound`() {
        var stage = Stage(.temperature, yellow: 85, red: 95, lasting: .zero)
        var told: [Vitality] = []
        for round in 0..<500 { told += stage.read(round % 2 == 0 ? 86 : 84) }
        #expect(told == [.yellow])
    }

    @Test func `has too little room on its disk when there is less, not more`() {
        var stage = Stage(.disk, yellow: 2_000, red: 1_000, lasting: .zero)
        #expect(stage.read(1 << 40) == [] && stage.read(1_999) == [.yellow] && stage.read(999) == [.red])
        #expect(stage.read(1_099, times: 60) == [], "a tenth more is needed")
        #expect(stage.read(2_300, times: 31) == [.green])
    }

    @Test func `keeps its last state where nothing can be read, and is green where nothing ever was`() {
        var stage = Stage(.cpu, yellow: 90, red: nil, lasting: .zero)
        #expect(stage.watch.lines.allSatisfy { $0.value == nil && $0.vitality == .green })
        #expect(stage.read(95) == [.yellow])
        #expect(stage.read(nil, times: 100) == [])
        #expect(stage.watch.isStrained("cpu", nil))
        #expect(stage.read(1 << 40, times: 3) == [], "without a bound for red nothing is")
    }

    @Test func `has slow ways to venues, each its own, and one network only when all are slow`() {
        var policy = HostPolicy.standard
        policy[.roundTrip] = HostBound(
            yellow: Span.milliseconds(500).nanoseconds, red: Span.seconds(2).nanoseconds, lasting: .zero)
        var watch = HostWatch(policy, venues: 2)
        let slow = watch.observe(
            HostReading(), trips: [.milliseconds(501), .milliseconds(5)], at: Self.start)
        #expect(slow.map(\.line.venue) == [VenueID(0)] && slow[0].line.vitality == .yellow)
        #expect(slow[0].detail == "round_trip is 501 ms, above 500 ms")
        #expect(watch.everyWay == .green && watch.isStrained("round_trip", VenueID(0)))
        _ = watch.observe(HostReading(), trips: [.seconds(3), .seconds(1)], at: Self.start + .seconds(1))
        #expect(watch.everyWay == .yellow)
        _ = watch.observe(HostReading(), trips: [.seconds(3), .seconds(3)], at: Self.start + .seconds(2))
        #expect(watch.everyWay == .red)
    }

    @Test func `asks for REDUCED and HOLD, a single venue's way apart`() {
        for measure in HostMeasure.allCases {
            let modes = Vitality.allCases.map { measure.mode(at: $0) }
            #expect(modes == (measure == .roundTrip ? [nil, nil, nil] : [nil, .reduced, .hold]))
            #expect(measure.severity(at: .yellow) < measure.severity(at: .red))
        }
    }

    @Test func `says its figures as people read them`() {
        #expect(HostMeasure.memory.text(3 << 29) == "1.5 GiB")
        #expect(HostMeasure.disk.text(300 << 20) == "300 MiB")
        #expect(
            HostMeasure.clock.text(1_234_000) == "1.2 ms" && HostMeasure.clock.text(50_000_000) == "50 ms")
        #expect(HostMeasure.cpu.text(97) == "97 %")
    }
}
