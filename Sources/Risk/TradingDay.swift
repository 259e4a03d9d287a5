import TradingModel

/// A time zone as the core knows it: from which moment on which offset holds. Names of zones are understood
/// at the edge.
public struct ZoneTable: Hashable, Sendable {
    public struct Change: Hashable, Sendable {
        public var from: Moment
        /// Local time less UTC.
        public var offset: Span
        public init(from: Moment, offset: Span) {
            self.from = from
            self.offset = offset
        }
    }

    public static let utc = ZoneTable([Change(from: .distantPast, offset: .zero)])
    /// Rising; the first one holds for all that was before, too.
    private let changes: [Change]

    public init(_ changes: [Change]) {
        precondition(!changes.isEmpty, "a zone has an offset")
        self.changes = changes
    }

    public func offset(at now: Moment) -> Span {
        (changes.last { $0.from <= now } ?? changes[0]).offset
    }

    /// When the offset changes within a stretch of time.
    func changes(from first: Moment, to last: Moment) -> [Moment] {
        changes.map(\.from).filter { $0 >= first && $0 <= last }
    }

    /// Nanoseconds of local time since 1970 there.
    func local(_ now: Moment) -> Int64 { now.nanoseconds + offset(at: now).nanoseconds }
}

/// When one trading day ends and the next begins.
public struct DayClock: Hashable, Sendable {
    public var zone: ZoneTable
    /// Local time of day.
    public var reset: Span

    public init(zone: ZoneTable = .utc, reset: Span = .zero) {
        self.zone = zone
        self.reset = reset
    }

    /// The trading day's number: a value of another day is reset, however long ago that day was.
    public func day(at now: Moment) -> Int64 {
        floorDivide(zone.local(now) - reset.nanoseconds, 86_400_000_000_000)
    }
}

/// Hours in which new risk may be taken.
public struct SessionHours: Hashable, Sendable {
    public var zone: ZoneTable
    /// Local times of day; a close before the open is on the next day.
    public var open: Span
    public var close: Span
    /// Monday first: whether a session begins on that day.
    public var weekdays: [Bool]
    /// Local days since 1970 on which none begins.
    public var holidays: [Int64]

    public init(zone: ZoneTable, open: Span, close: Span, weekdays: [Bool], holidays: [Int64]) {
        precondition(weekdays.count == 7, "a week has seven days")
        self.zone = zone
        self.open = open
        self.close = close
        self.weekdays = weekdays
        self.holidays = holidays
    }

    public func isOpen(at now: Moment) -> Bool {
        let day: Int64 = 86_400_000_000_000
        let local = zone.local(now)
        let today = floorDivide(local, day)
        let time = Span(nanoseconds: local - today * day)
        guard close <= open else { return begins(on: today) && time >= open && time < close }
        return (begins(on: today) && time >= open) || (begins(on: today - 1) && time < close)
    }

    private func begins(on day: Int64) -> Bool {
        // 1970-01-01 was a Thursday.
        weekdays[Int((day % 7 + 7 + 3) % 7)] && !holidays.contains(day)
    }
}

func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
}

extension DayClock {
    /// When a trading day begins: the first moment that is in it. Where clocks are set forward over its local
    /// time that is the moment they are set, where they are set back the first of the two.
    public func begin(ofDay day: Int64) -> Moment {
        let length: Int64 = 86_400_000_000_000
        let local = day * length + reset.nanoseconds
        let around = [local - length, local + length].map { Moment(nanoseconds: $0) }
        let turns = around.map { Moment(nanoseconds: local - zone.offset(at: $0).nanoseconds) }
        let candidates = turns + zone.changes(from: around[0], to: around[1])
        return candidates.filter { self.day(at: $0) >= day }.min() ?? turns[0]
    }
}
