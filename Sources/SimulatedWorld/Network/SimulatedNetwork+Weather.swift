import Ports
import TradingModel

/// A request under way.
struct SimulatedRequest {
    let request: HTTPRequest
    let path: String
    let lane: SimulatedLane
    let completion: @Sendable (Result<HTTPResponse, TransportFault>) -> Void

    /// Whether it places an order: the requests whose fate matters most.
    var isPlacing: Bool { request.method == "POST" && SimulatedRequest.placing.contains(path) }
    static let placing: Set<String> = [
        "/api/v3/order", "/api/v5/trade/order", "/v5/order/create", "/0/private/AddOrder",
        "/0/private/AmendOrder",
    ]
}

// What the weather does to requests and frames.
extension SimulatedNetwork {
    func carry(_ under: SimulatedRequest, to host: Host) {
        let fate = fate(of: under, at: host)
        switch fate {
        case .swallowed: return lose(under)
        case .overloaded:
            let answer = SimulatedAnswers.overloaded(simulation.draw())
            simulation.schedule(at: arrival()) { [self] in answered(answer, under, host, .arrives) }
            return
        case .late(let delay):
            let due = arrival() + delay
            guard due > under.request.deadline else {
                simulation.schedule(at: due) { [self] in reach(under, host, fate) }
                return
            }
            // The node gives up while its request is still on the way; it arrives all the same.
            fail(under, .timedOut, at: under.request.deadline)
            simulation.schedule(at: due) { [self] in if host.isReachable { _ = serve(under, host) } }
        default: simulation.schedule(at: arrival()) { [self] in reach(under, host, fate) }
        }
    }

    private func fate(of under: SimulatedRequest, at host: Host) -> RequestFate {
        let weather = host.weather
        if under.isPlacing {
            if happens(weather.answerLost, "V01") { return .answerLost }
            if happens(weather.late, "V02") { return .late(random(upTo: weather.delay)) }
            if happens(weather.errorAfterAll, "V03") { return .errorAfterAll }
            if happens(weather.swallowed, "V04") { return .swallowed }
        }
        if happens(weather.overload, "V15") { return .overloaded }
        if happens(weather.answerGarbled, "V15") { return .garbled }
        if happens(weather.packetLoss, "N09") {
            return simulation.draw() & 1 == 0 ? .swallowed : .answerLost
        }
        return .arrives
    }

    private func random(upTo span: Span) -> Span {
        .nanoseconds(Int64(simulation.draw() % UInt64(max(1, span.nanoseconds))))
    }

    private func reach(_ under: SimulatedRequest, _ host: Host, _ fate: RequestFate) {
        guard host.isReachable else { return lose(under) }
        answered(serve(under, host), under, host, fate)
    }

    private func serve(_ under: SimulatedRequest, _ host: Host) -> DoubleResponse {
        host.double.advance(to: simulation.now)
        let answer = host.double.respond(
            to: DoubleRequest(
                method: under.request.method, target: under.request.target,
                headers: under.request.headers.map { ($0.name.lowercased(), $0.value) },
                body: under.request.body),
            at: simulation.now)
        settle(host)
        return answer
    }

    private func answered(
        _ answer: DoubleResponse, _ under: SimulatedRequest, _ host: Host, _ fate: RequestFate
    ) {
        var answer = answer
        switch fate {
        case .answerLost: return lose(under)
        case .errorAfterAll: answer = SimulatedAnswers.doubtful(host.name, simulation.draw())
        case .garbled: answer = SimulatedAnswers.garbled(answer, simulation.draw())
        default: break
        }
        guard simulation.now >= host.weather.deafUntil else {
            onFault?("N09")
            return lose(under)
        }
        let receivedAt = max(arrival(), answer.notBefore)
        guard receivedAt <= under.request.deadline else {
            return fail(under, .timedOut, at: under.request.deadline)
        }
        let sentAt = simulation.now
        simulation.schedule(at: receivedAt, on: under.lane) { [self] in
            silence(answer, host)
            under.completion(
                .success(
                    HTTPResponse(
                        status: answer.status,
                        headers: answer.headers.map { HTTPHeader($0.name.lowercased(), $0.value) },
                        body: answer.body, sentAt: sentAt, receivedAt: receivedAt)))
        }
    }

    /// The node has read how long it must be silent.
    private func silence(_ answer: DoubleResponse, _ host: Host) {
        guard [418, 429].contains(answer.status),
            let text = answer.headers.first(where: { $0.name.lowercased() == "retry-after" })?.value,
            let seconds = Int64(text)
        else { return }
        onSilence?(host.name, simulation.now + .seconds(seconds))
    }

    /// Nothing comes back: the connection breaks at some moment, or the node's own deadline passes.
    private func lose(_ under: SimulatedRequest) {
        if simulation.draw() & 1 == 0 {
            fail(under, .lost("connection reset"), at: arrival() + random(upTo: .seconds(2)))
        } else {
            fail(under, .timedOut, at: under.request.deadline)
        }
    }

    private func fail(_ under: SimulatedRequest, _ fault: TransportFault, at moment: Moment) {
        let due = min(moment, under.request.deadline)
        simulation.schedule(at: due, on: under.lane) {
            under.completion(.failure(due == under.request.deadline ? .timedOut : fault))
        }
    }

    // MARK: Frames

    func carry(_ bytes: [UInt8], to socket: SimulatedSocket, from host: Host) {
        let weather = host.weather
        if simulation.now < weather.deafUntil { return hear("N09") }
        if simulation.now < weather.stalledUntil,
            socket.isPrivate ? weather.stallsPrivate : weather.stallsPublic
        {
            return hear("V10")
        }
        var bytes = bytes
        if let held = socket.held {
            // The one that waited comes after this one.
            socket.held = nil
            if !socket.isPrivate { onFrameCarried?(host.name, bytes) }
            socket.deliver(bytes, at: arrival())
            return socket.deliver(held, at: arrival())
        }
        if socket.isPrivate {
            if happens(weather.privateSwapped, "V06") { return hold(bytes, on: socket) }
            if happens(weather.privateDoubled, "V05") { socket.deliver(bytes, at: arrival()) }
        } else {
            if happens(weather.publicLost, "V12") {
                onFrameLost?(host.name, bytes)
                return
            }
            onFrameCarried?(host.name, bytes)
            if happens(weather.publicSwapped, "V12") { return hold(bytes, on: socket) }
            if happens(weather.publicDoubled, "V12") { socket.deliver(bytes, at: arrival()) }
            if happens(weather.publicGarbled, "V13") {
                bytes = SimulatedAnswers.garble(bytes, simulation.draw())
            }
        }
        socket.deliver(bytes, at: arrival())
    }

    private func hear(_ fault: String) { onFault?(fault) }

    /// Keeps a frame back until the next one has overtaken it, or a moment has passed.
    private func hold(_ bytes: [UInt8], on socket: SimulatedSocket) {
        socket.held = bytes
        simulation.schedule(at: simulation.now + .milliseconds(40)) { [self] in
            guard let held = socket.held else { return }
            socket.held = nil
            socket.deliver(held, at: arrival())
        }
    }
}
