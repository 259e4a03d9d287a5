/// A point on the node's own timeline, in nanoseconds since the Unix epoch.
///
/// The timeline is anchored to the wall clock once, at start, and then follows a monotonic clock: it never
/// steps back, so deadlines and ages are plain subtraction. A venue's clock differs from it by a measured
/// offset (`VenueKit.ClockOffset`), which is what signs requests; a stepped wall clock changes nothing here.
public struct Moment: Comparable, Hashable, Sendable {
    public var nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Earlier than every moment that can occur.
    @inlinable public static var distantPast: Moment { Moment(nanoseconds: 0) }
    /// Later than every moment that can occur.
    @inlinable public static var distantFuture: Moment { Moment(nanoseconds: .max) }

    @inlinable public var milliseconds: Int64 { nanoseconds / 1_000_000 }

    @inlinable public static func < (a: Moment, b: Moment) -> Bool { a.nanoseconds < b.nanoseconds }
    @inlinable public static func + (a: Moment, b: Span) -> Moment {
        let (sum, overflow) = a.nanoseconds.addingReportingOverflow(b.nanoseconds)
        return Moment(nanoseconds: overflow ? .max : sum)
    }
    @inlinable public static func - (a: Moment, b: Moment) -> Span {
        Span(nanoseconds: a.nanoseconds &- b.nanoseconds)
    }
    @inlinable public static func - (a: Moment, b: Span) -> Moment {
        Moment(nanoseconds: a.nanoseconds &- b.nanoseconds)
    }
}

/// A length of time in nanoseconds. `Swift.Duration` counts attoseconds in 128 bits, which the hot path need
/// not pay.
public struct Span: Comparable, Hashable, Sendable {
    public var nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @inlinable public static var zero: Span { Span(nanoseconds: 0) }
    @inlinable public static func nanoseconds(_ n: Int64) -> Span { Span(nanoseconds: n) }
    @inlinable public static func microseconds(_ n: Int64) -> Span { Span(nanoseconds: n * 1_000) }
    @inlinable public static func milliseconds(_ n: Int64) -> Span { Span(nanoseconds: n * 1_000_000) }
    @inlinable public static func seconds(_ n: Int64) -> Span { Span(nanoseconds: n * 1_000_000_000) }

    @inlinable public var milliseconds: Int64 { nanoseconds / 1_000_000 }

    @inlinable public static func < (a: Span, b: Span) -> Bool { a.nanoseconds < b.nanoseconds }
    @inlinable public static func + (a: Span, b: Span) -> Span {
        Span(nanoseconds: a.nanoseconds + b.nanoseconds)
    }
    @inlinable public static func - (a: Span, b: Span) -> Span {
        Span(nanoseconds: a.nanoseconds - b.nanoseconds)
    }
    @inlinable public static func * (a: Span, n: Int64) -> Span { Span(nanoseconds: a.nanoseconds * n) }
    @inlinable public static func / (a: Span, n: Int64) -> Span { Span(nanoseconds: a.nanoseconds / n) }
}
