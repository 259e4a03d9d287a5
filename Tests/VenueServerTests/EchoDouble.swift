import SimulatedWorld
import TradingModel

/// The smallest venue: says back what it hears, floods, pings and hangs up on request, and journals every
/// request.
final class EchoDouble: JournaledDouble {
    let name = "echo"
    private var outgoing: [DoubleFrame] = []
    private(set) var openConnections: Set<Int> = []
    private(set) var last = Moment.distantPast
    private var requests: [String] = []
    private var advances = 0
    var journal: (([UInt8]) -> Void)?

    func restore(from bytes: [UInt8]) throws(JournalFault) {
        requests = bytes.split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
        if let bad = requests.firstIndex(of: "bad") { throw .unreadable(line: bad + 1, reason: "bad") }
    }

    func respond(to request: DoubleRequest, at now: Moment) -> DoubleResponse {
        noted(now)
        requests.append(request.target)
        journal?(Array((request.target + "\n").utf8))
        if request.target.hasPrefix("/big/"), let size = Int(request.target.dropFirst(5)) {
            return DoubleResponse(status: 200, body: [UInt8](repeating: 98, count: size))
        }
        if request.target == "/teapot" {
            return DoubleResponse(
                status: 418, headers: [("x-kind", "pot"), ("Content-Length", "99"), ("connection", "close")],
                body: [])
        }
        if request.target == "/past" {
            return DoubleResponse(status: 200, body: Array(requests.dropLast().joined(separator: ",").utf8))
        }
        let seen = request.header("x-test") ?? "-"
        let text =
            "\(request.method) \(request.target) \(seen) \(String(decoding: request.body, as: UTF8.self))"
        return DoubleResponse(status: 200, headers: [("content-type", "text/plain")], body: Array(text.utf8))
    }

    func opened(_ connection: Int, path: String, at now: Moment) {
        noted(now)
        precondition(openConnections.insert(connection).inserted, "a number is never used twice")
        say("hello \(path)", connection)
    }

    func received(_ text: [UInt8], on connection: Int, at now: Moment) {
        noted(now)
        precondition(openConnections.contains(connection))
        let words = String(decoding: text.prefix(64), as: UTF8.self).split(separator: " ")
        switch words.first {
        case "ping": outgoing.append(DoubleFrame(connection: connection, content: .ping))
        case "bye":
            say("last", connection)
            outgoing.append(
                DoubleFrame(connection: connection, content: .close(code: 4001, reason: "as you wish")))
            say("never seen", connection)
        case "flood":
            let frames = words.count > 1 ? Int(words[1]) ?? 1 : 1
            let block = [UInt8](repeating: 120, count: 64 << 10)
            for _ in 0..<frames {
                outgoing.append(DoubleFrame(connection: connection, content: .text(block)))
            }
        case "huge":
            let text = [UInt8](repeating: 120, count: 20 << 20)
            outgoing.append(DoubleFrame(connection: connection, content: .text(text)))
        case "all": for other in openConnections.sorted() { say("to all from \(connection)", other) }
        default: outgoing.append(DoubleFrame(connection: connection, content: .text(text)))
        }
    }

    func closed(_ connection: Int, at now: Moment) {
        noted(now)
        precondition(openConnections.remove(connection) != nil, "closed once, after opened")
    }

    func advance(to now: Moment) {
        noted(now)
        advances += 1
    }

    func takeOutgoing() -> [DoubleFrame] {
        defer { outgoing.removeAll() }
        return outgoing
    }

    var truth: VenueTruth {
        var truth = VenueTruth()
        truth.fillCount = requests.count
        return truth
    }

    private func noted(_ now: Moment) {
        precondition(now >= last, "time never steps back")
        last = now
    }

    private func say(_ text: String, _ connection: Int) {
        outgoing.append(DoubleFrame(connection: connection, content: .text(Array(text.utf8))))
    }
}
