import Reports
import Risk
import Testing
import TradingModel

@Suite struct `A period's report` {
    private static let hour: Int64 = 3_600
    private static let start: Int64 = 1_795_910_400
    private static let day = start / 86_400
    private static let today = ReportPeriod(.day, around: day, DayClock())

    private static func at(_ seconds: Int64) -> Moment {
        Moment(nanoseconds: (start + seconds) * 1_000_000_000)
    }

    private static func units(_ n: Int64) -> Amount { Amount(raw: Int128(n) * 1_000_000_000_000_000_000) }

    private static func sample(
        _ seconds: Int64, run: UInt16 = 1, profit: Int64 = 0, pairs: Int64 = 0, fees: Int64 = 0,
        capital: Int64? = 1_000, mode: String = "NORMAL", quality: Int64 = 100
    ) -> FigureSample {
        FigureSample(
            at: at(seconds), run: run, counters: ["pairs": pairs], sums: ["fees": units(fees)],
            gauges: ["profit": units(profit)].merging(capital.map { ["capital": units($0)] } ?? [:]) { $1 },
            latencies: ["hedge.p99": Double(seconds)], levels: ["quality.okx": quality], mode: mode)
    }

    @Test func `counts what grew within it, run by run`() throws {
        let report = try #require(
            PeriodReport(
                [
                    Self.sample(-60, pairs: 5, fees: 10), Self.sample(60, pairs: 7, fees: 12),
                    // Another run begins at zero, and its first minute counts.
                    Self.sample(120, run: 2, pairs: 3, fees: 1), Self.sample(180, run: 2, pairs: 4, fees: 5),
                ], Self.today))
        #expect(report.counters["pairs"] == 2 + 4 && report.fees == Self.units(2 + 5))
        #expect(report.runs == 2 && report.latencies["hedge.p99"] == 180)
    }

    @Test func `begins with a run's first sample at zero where nothing is known before`() throws {
        let report = try #require(PeriodReport([Self.sample(60, pairs: 7)], Self.today))
        #expect(report.counters["pairs"] == 7 && report.profit == .zero)
        #expect(PeriodReport([Self.sample(-60)], Self.today) == nil)
        #expect(PeriodReport([], Self.today) == nil)
    }

    @Test func `has hourly returns of its capital, and the ratios that they bear`() throws {
        // Profit by the hour: 10, 30, 60, 100, 90: returns of 1, 2, 3, 4 and -1 percent of 1,000.
        let profits: [Int64] = [0, 10, 30, 60, 100, 90]
        let samples = profits.enumerated().map {
            Self.sample(Int64($0.offset) * Self.hour - 30, profit: $0.element)
        }
        let report = try #require(PeriodReport(samples, Self.today))
        #expect(report.returns == 5 && report.profit == Self.units(90))
        let root = (24.0 * 365).squareRoot()
        #expect((report.sharpe ?? 0) - 1.8 / 3.7.squareRoot() * root < 1e-9)
        #expect((report.sharpe ?? 0) - 1.8 / 3.7.squareRoot() * root > -1e-9)
        #expect(abs((report.sortino ?? 0) - 1.8 / 0.2.squareRoot() * root) < 1e-9)
        #expect(report.drawdown?.depth == Self.units(10) && report.drawdown?.recovered == nil)
        // Without capital there is nothing to hold profit against.
        let bare = samples.map { sample in
            var sample = sample
            sample.gauges["capital"] = nil
            return sample
        }
        let other = try #require(PeriodReport(bare, Self.today))
        #expect(other.sharpe == nil && other.returns == 0 && other.profit == Self.units(90))
    }

    @Test func `knows the time in each mode, and what nobody has looked at`() throws {
        let report = try #require(
            PeriodReport(
                [
                    Self.sample(-60), Self.sample(60), Self.sample(120, mode: "HOLD", quality: 40),
                    Self.sample(180), Self.sample(1_180), Self.sample(1_240, run: 2),
                ], Self.today))
        #expect(report.modes.map(\.name) == ["NORMAL", "HOLD"])
        #expect(report.modes.map(\.seconds) == [60 + 60, 60])
        #expect(report.unseen == 1_000 + 60)
        #expect(report.least == ["quality.okx": 40])
    }

    @Test func `names what stands between a prefix and a suffix`() throws {
        var sample = Self.sample(60)
        sample.counters = ["venue.okx.resyncs": 1, "venue.kraken.resyncs": 0, "venue.resyncs": 1, "x": 1]
        #expect(
            try #require(PeriodReport([sample], Self.today)).names("venue.", ".resyncs") == ["kraken", "okx"])
    }
}

@Suite struct `A report's period` {
    private func days(_ text: String) -> Int64 {
        let parts = text.split(separator: "-").compactMap { Int64($0) }
        return CivilDate(year: parts[0], month: parts[1], day: parts[2]).days
    }

    @Test func `is a day, a week from Monday, or a month`() {
        // 2026-11-29 is a Sunday.
        let day = days("2026-11-29")
        func period(_ kind: ReportPeriod.Kind, _ day: Int64) -> ReportPeriod {
            ReportPeriod(kind, around: day, DayClock())
        }
        #expect(period(.day, day).name == "2026-11-29" && period(.day, day).days == 1)
        #expect(period(.week, day).name == "week of 2026-11-23" && period(.week, day).days == 7)
        #expect(period(.week, day + 1).name == "week of 2026-11-30")
        #expect(period(.month, day).name == "2026-11" && period(.month, day).days == 30)
        #expect(period(.month, days("2024-02-10")).days == 29)
        #expect(period(.month, days("2026-12-31")).days == 31)
        #expect(period(.week, day).slug == "week-2026-11-23")
        let week = period(.week, day)
        #expect(week.contains(week.from) && !week.contains(week.to))
        #expect(week.to - week.from == .seconds(7 * 86_400))
    }

    @Test func `comes with the day that ends it`() {
        let policy = DayEndPolicy()
        func kinds(_ text: String) -> [ReportPeriod.Kind] {
            policy.periods(endingWith: days(text)).map(\.kind)
        }
        #expect(kinds("2026-11-27") == [.day] && kinds("2026-11-29") == [.day, .week])
        #expect(kinds("2026-11-30") == [.day, .month] && kinds("2026-05-31") == [.day, .week, .month])
    }

    @Test func `begins when the node's day does, also where clocks are changed`() {
        let vienna = ZoneTable([
            .init(from: .distantPast, offset: .seconds(3_600)),
            .init(from: Moment(nanoseconds: 1_774_746_000_000_000_000), offset: .seconds(7_200)),
            .init(from: Moment(nanoseconds: 1_792_890_000_000_000_000), offset: .seconds(3_600)),
        ])
        for reset in [Span.zero, .seconds(9_000), .seconds(17 * 3_600), .seconds(86_340)] {
            let clock = DayClock(zone: vienna, reset: reset)
            for day in days("2026-03-20")...days("2026-11-05") {
                let begin = clock.begin(ofDay: day)
                #expect(clock.day(at: begin) == day, "\(CivilDate(days: day).text) \(reset)")
                let before = Moment(nanoseconds: begin.nanoseconds - 1)
                #expect(clock.day(at: before) < day, "\(CivilDate(days: day).text) \(reset)")
            }
        }
    }

    @Test func `counts days as the calendar does`() {
        for day in stride(from: Int64(-200_000), to: 200_000, by: 37) {
            #expect(CivilDate(days: day).days == day)
        }
        #expect(CivilDate(days: 0).text == "1970-01-01" && CivilDate(days: 20_786).text == "2026-11-29")
    }
}
