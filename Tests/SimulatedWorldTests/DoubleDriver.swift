import Foundation
import Testing
import TradingModel

@testable import SimulatedWorld

/// Speaks to a double as a host would: requests and frames in, everything it says out, in virtual time.
final class DoubleDriver {
    static let start = Moment(nanoseconds: 1_790_000_000_000_000_000)
    static let account = DoubleCatalog.demoAccount(
        apiKey: "test-key", secret: "dGVzdC1zZWNyZXQ=", passphrase: "test-phrase")

    let double: any VenueDouble
    var now = DoubleDriver.start
    private var heard: [Int: [JSONDocument]] = [:]
    private(set) var closings: [Int: UInt16] = [:]

    init(_ double: any VenueDouble) { self.double = double }

    /// Lets virtual time pass in steps of at most 10 ms, as a host does.
    func wait(_ span: Span) {
        let end = now + span
        while now < end {
            now = min(end, now + .milliseconds(10))
            double.advance(to: now)
            collect()
        }
    }

    func request(
        _ method: String, _ target: String, headers: [(name: String, value: String)] = [], body: String = ""
    ) throws -> (status: Int, json: JSONDocument) {
        let answer = double.respond(
            to: DoubleRequest(method: method, target: target, headers: headers, body: Array(body.utf8)),
            at: now)
        collect()
        // A second reader: what the doubles write must be JSON for everybody.
        _ = try JSONSerialization.jsonObject(with: Data(answer.body))
        return (answer.status, try JSONDocument(answer.body))
    }

    func open(_ connection: Int, _ path: String) {
        double.opened(connection, path: path, at: now)
        collect()
    }

    func say(_ text: String, on connection: Int) {
        double.received(Array(text.utf8), on: connection, at: now)
        collect()
    }

    /// What arrived on a connection since the last call; text that is not JSON comes as a JSON string.
    func take(_ connection: Int) -> [JSONDocument] {
        defer { heard[connection] = nil }
        return heard[connection] ?? []
    }

    private func collect() {
        for frame in double.takeOutgoing() {
            switch frame.content {
            case .text(let bytes):
                let text = String(decoding: bytes, as: UTF8.self)
                do {
                    heard[frame.connection, default: []].append(try JSONDocument(bytes))
                    _ = try JSONSerialization.jsonObject(with: Data(bytes))
                } catch {
                    heard[frame.connection, default: []].append(.string(text))
                }
            case .ping: break
            case .close(let code, _): closings[frame.connection] = code
            }
        }
    }
}

extension JSONDocument {
    /// `json.at("data", 0, "ordId")`.
    func at(_ path: any JSONStep...) -> JSONDocument? {
        var here: JSONDocument? = self
        for step in path { here = here.flatMap { step.of($0) } }
        return here
    }
}

protocol JSONStep { func of(_ document: JSONDocument) -> JSONDocument? }
extension String: JSONStep {
    func of(_ document: JSONDocument) -> JSONDocument? { document[self] }
}
extension Int: JSONStep {
    func of(_ document: JSONDocument) -> JSONDocument? {
        guard let elements = document.elements, elements.indices.contains(self) else { return nil }
        return elements[self]
    }
}

/// A reader's copy of a book: price text → quantity text.
struct ReaderBook {
    var bids: [(price: String, quantity: String)] = []
    var asks: [(price: String, quantity: String)] = []

    mutating func apply(_ side: Side, price: String, quantity: String) throws {
        let raw = try DecimalText.parse(quantity, scale: 8)
        var levels = side == .buy ? bids : asks
        let key = try DecimalText.parse(price, scale: 8)
        let place =
            try levels.firstIndex { level in
                let other = try DecimalText.parse(level.price, scale: 8)
                return side == .buy ? other <= key : other >= key
            } ?? levels.count
        let isKnown = try place < levels.count && DecimalText.parse(levels[place].price, scale: 8) == key
        if isKnown { levels.remove(at: place) }
        if raw != 0 { levels.insert((price, quantity), at: place) }
        if side == .buy { bids = levels } else { asks = levels }
    }

    mutating func truncate(to depth: Int) {
        bids = Array(bids.prefix(depth))
        asks = Array(asks.prefix(depth))
    }

    static func raw(_ levels: [(price: String, quantity: String)]) throws -> [FeedLevel] {
        try levels.map {
            FeedLevel(
                price: try DecimalText.parse($0.price, scale: 8),
                quantity: try DecimalText.parse($0.quantity, scale: 8))
        }
    }
}
