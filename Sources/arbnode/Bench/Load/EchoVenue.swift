import SimulatedWorld
import TradingModel

/// Sends back what it is sent; on `/blast/<n>` and `/paced/<n>/<rate>` so many messages at once. For a run of
/// the socket workload that needs no server of its own: not what it is measured against.
final class EchoVenue: VenueDouble {
    let name = "echo"
    private var outgoing: [DoubleFrame] = []
    private var counts: [Int: Int] = [:]

    var truth: VenueTruth { VenueTruth() }
    func respond(to request: DoubleRequest, at now: Moment) -> DoubleResponse {
        DoubleResponse(status: 404, body: [])
    }

    func opened(_ connection: Int, path: String, at now: Moment) {
        let words = path.split(separator: "/")
        if words.count > 1, words[0] != "echo" { counts[connection] = Int(words[1]) }
    }

    func received(_ text: [UInt8], on connection: Int, at now: Moment) {
        guard let count = counts[connection] else {
            return outgoing.append(DoubleFrame(connection: connection, content: .text(text)))
        }
        let message = Array("{\"t\":\(now.nanoseconds),\"x\":\"\(String(repeating: "x", count: 260))\"}".utf8)
        for _ in 0..<count {
            outgoing.append(DoubleFrame(connection: connection, content: .text(message)))
        }
    }

    func closed(_ connection: Int, at now: Moment) { counts[connection] = nil }
    func advance(to now: Moment) {}

    func takeOutgoing() -> [DoubleFrame] {
        defer { outgoing = [] }
        return outgoing
    }
}
