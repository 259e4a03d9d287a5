import SimulatedWorld
import TradingModel
import VenueServer

/// A venue's double whose public stream carries as many messages a second as it is told: the double's own,
/// and public trades for the rest, at times planned before (open loop: what is late is sent late, and not
/// left out). Notes when each private message left it.
final class LoadedVenue: VenueDouble {
    /// A message of a private stream that names an order of the node's left the venue.
    struct Handed: Sendable {
        var order: String
        var at: Moment
    }

    struct Sent: Sendable {
        var messages = 0
        var books = 0
        /// Between the planned time of a trade and its sending, at most.
        var latest = Span.zero
        var handed: [Handed] = []
    }

    private let double: any SimulatedVenue
    private let pause: Span
    private var due: Moment
    private var number = 0
    /// Connections that carry books.
    private var readers: [Int] = []
    private(set) var sent = Sent()
    /// Public messages that the next call hands out.
    private var waiting: [DoubleFrame] = []

    /// - Parameter rate: messages a second on a public connection, those of the double included.
    init(_ double: any SimulatedVenue, rate: Int, from start: Moment) {
        self.double = double
        pause = .nanoseconds(1_000_000_000 / Int64(max(1, rate)))
        due = start
    }

    var name: String { double.name }
    var truth: VenueTruth { double.truth }

    func respond(to request: DoubleRequest, at now: Moment) -> DoubleResponse {
        double.respond(to: request, at: now)
    }
    func opened(_ connection: Int, path: String, at now: Moment) {
        double.opened(connection, path: path, at: now)
    }
    func received(_ text: [UInt8], on connection: Int, at now: Moment) {
        double.received(text, on: connection, at: now)
    }
    func closed(_ connection: Int, at now: Moment) {
        readers.removeAll { $0 == connection }
        double.closed(connection, at: now)
    }

    private var clock = Moment.distantPast

    func advance(to now: Moment) {
        clock = now
        double.advance(to: now)
    }

    /// Private messages first, and what is public in the next call: a venue tells of fills from machines of
    /// their own, where they wait for no public trades.
    func takeOutgoing() -> [DoubleFrame] {
        if !waiting.isEmpty { return takeWaiting() }
        var personal: [DoubleFrame] = []
        for frame in double.takeOutgoing() {
            if isPublic(frame) { waiting.append(frame) } else { personal.append(frame) }
        }
        fill()
        return personal.isEmpty ? takeWaiting() : personal
    }

    private func takeWaiting() -> [DoubleFrame] {
        defer { waiting.removeAll(keepingCapacity: true) }
        return waiting
    }

    /// Counts it, or notes that it has left.
    private func isPublic(_ frame: DoubleFrame) -> Bool {
        guard case .text(let text) = frame.content else { return readers.contains(frame.connection) }
        guard TradeText.isBook(text) else {
            guard !readers.contains(frame.connection) else { return true }
            note(text)
            return false
        }
        sent.books += 1
        sent.messages += 1
        // The double's own messages take the place of trades.
        due = due + pause
        if !readers.contains(frame.connection) { readers.append(frame.connection) }
        return true
    }

    private func fill() {
        guard !readers.isEmpty else {
            due = max(due, clock)
            return
        }
        while due <= clock {
            number += 1
            sent.messages += 1
            sent.latest = max(sent.latest, clock - due)
            due = due + pause
            waiting.append(
                DoubleFrame(
                    connection: readers[number % readers.count],
                    content: .text(TradeText.frame(of: name, number, at: clock))))
        }
    }

    private func note(_ text: [UInt8]) {
        let now = VenueHost.now
        for order in TradeText.orders(in: text) { sent.handed.append(Handed(order: order, at: now)) }
    }
}
