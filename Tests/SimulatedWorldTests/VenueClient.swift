import TradingModel

@testable import SimulatedWorld

/// A book as a client keeps it from the wire: price text → quantity text.
struct ClientBook: Equatable {
    var bids: [String: String] = [:]
    var asks: [String: String] = [:]

    init(bids: JSONDocument?, asks: JSONDocument?) { apply(bids: bids, asks: asks) }

    mutating func apply(bids newBids: JSONDocument?, asks newAsks: JSONDocument?) {
        ClientBook.apply(newBids, to: &bids)
        ClientBook.apply(newAsks, to: &asks)
    }

    private static func apply(_ levels: JSONDocument?, to side: inout [String: String]) {
        for level in levels?.elements ?? [] {
            guard let price = level.elements?.first?.string, let quantity = level.elements?.last?.string
            else { continue }
            side[price] = quantity.allSatisfy { $0 == "0" || $0 == "." } ? nil : quantity
        }
    }
}

/// Drives a double as a host would: time, requests, frames.
class VenueClient {
    let double: any VenueDouble
    private(set) var now = ExchangeFixture.start
    private var inbox: [Int: [DoubleFrame.Content]] = [:]

    init(_ venue: String, isInstitutional: Bool = false, withMarket: Bool = true) {
        var account = DoubleCatalog.demoAccount(apiKey: "key", secret: "secret")
        account.isInstitutional = isInstitutional
        guard
            let double = DoubleCatalog.make(
                venue: venue, seed: 7, instruments: DoubleCatalog.demoInstruments, account: account,
                start: ExchangeFixture.start, withMarket: withMarket)
        else { preconditionFailure("no double for \(venue)") }
        self.double = double
        double.advance(to: now)
    }

    /// In steps of 5 ms, as a host does.
    func advance(_ milliseconds: Int64) {
        let end = now + .milliseconds(milliseconds)
        while now < end {
            now = min(end, now + .milliseconds(5))
            double.advance(to: now)
            collect()
        }
    }

    private func collect() {
        for frame in double.takeOutgoing() { inbox[frame.connection, default: []].append(frame.content) }
    }

    func open(_ connection: Int, _ path: String) { double.opened(connection, path: path, at: now) }

    func send(_ connection: Int, _ text: String) {
        double.received(Array(text.utf8), on: connection, at: now)
        collect()
    }

    /// Everything that came on a connection since the last call.
    func raw(_ connection: Int) -> [DoubleFrame.Content] {
        collect()
        defer { inbox[connection] = [] }
        return inbox[connection] ?? []
    }

    /// Its text frames.
    func frames(_ connection: Int) throws -> [JSONDocument] {
        try raw(connection).compactMap { content in
            if case .text(let bytes) = content { return try JSONDocument(bytes) }
            return nil
        }
    }

    func respond(_ request: DoubleRequest) -> DoubleResponse { double.respond(to: request, at: now) }
}
