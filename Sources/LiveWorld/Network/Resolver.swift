import Glibc
import Synchronization

/// Looks host names up. getaddrinfo(3) blocks, for half a minute when the name server is silent, so each
/// lookup has a thread of its own for as long as it lasts: neither the socket lane nor another venue's lookup
/// waits for it.
final class Resolver: Sendable {
    struct Fault: Error, Hashable, Sendable {
        let detail: String
    }
    typealias Answer = Result<[SocketAddress], Fault>

    /// More lookups than this at once means that none of them ends.
    private static let capacity = 32

    private struct State {
        var running = 0
        /// The last answer per host. When the name server fails, an old address is better than none: the
        /// certificate proves who answers there.
        var lastKnown: [Endpoint: [SocketAddress]] = [:]
    }
    private let state = Mutex(State())

    /// `completion` runs on `lane`.
    func resolve(_ endpoint: Endpoint, lane: SocketLane, completion: @escaping @Sendable (Answer) -> Void) {
        if let address = SocketAddress(numeric: endpoint.host, port: endpoint.port) {
            lane.post { completion(.success([address])) }
            return
        }
        let lookup = Lookup { [self] in
            let answer = remember(Resolver.ask(endpoint), for: endpoint)
            lane.post { completion(answer) }
        }
        if let refusal = start(lookup) { lane.post { completion(.failure(refusal)) } }
    }

    private func start(_ lookup: Lookup) -> Fault? {
        let hasRoom = state.withLock { state in
            guard state.running < Resolver.capacity else { return false }
            state.running += 1
            return true
        }
        guard hasRoom else {
            return Fault(detail: "\(Resolver.capacity) name lookups are waiting for an answer")
        }
        var thread = pthread_t()
        let opaque = Unmanaged.passRetained(lookup)
        let status = pthread_create(&thread, nil, lookupThreadEntry, opaque.toOpaque())
        guard status == 0 else {
            opaque.release()
            state.withLock { $0.running -= 1 }
            return Fault(detail: "no thread for a name lookup: \(String(cString: strerror(status)))")
        }
        pthread_detach(thread)
        return nil
    }

    private func remember(_ answer: Answer, for endpoint: Endpoint) -> Answer {
        state.withLock { state in
            state.running -= 1
            switch answer {
            case .success(let addresses):
                state.lastKnown[endpoint] = addresses
                return answer
            case .failure:
                return state.lastKnown[endpoint].map { .success($0) } ?? answer
            }
        }
    }

    private static func ask(_ endpoint: Endpoint) -> Answer {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
        var first: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(endpoint.host, String(endpoint.port), &hints, &first)
        guard status == 0 else {
            return .failure(
                Fault(
                    detail:
                        "host \(endpoint.host) cannot be looked up: \(String(cString: gai_strerror(status)))")
            )
        }
        defer { freeaddrinfo(first) }
        var addresses: [SocketAddress] = []
        var next = first
        while let answer = next?.pointee {
            if let address = SocketAddress(answer) { addresses.append(address) }
            next = answer.ai_next
        }
        guard !addresses.isEmpty else {
            return .failure(Fault(detail: "host \(endpoint.host) has no address"))
        }
        return .success(addresses)
    }
}

private final class Lookup: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func lookupThreadEntry(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<Lookup>.fromOpaque(argument).takeRetainedValue().body() }
    return nil
}
