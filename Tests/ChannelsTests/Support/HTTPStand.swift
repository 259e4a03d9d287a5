import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
import VenueServer

/// A web server of a test's own, on a free port of this machine.
final class HTTPStand: Sendable {
    enum Manner: Sendable {
        case answer(Int)
        /// Takes the request and never says anything.
        case silence
        /// Closes as soon as it has the request.
        case hangUp
    }

    struct Request: Sendable, Equatable {
        var method: String
        var path: String
        var headers: [String: String]
        var body: String
    }

    let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let state = Mutex<(manner: Manner, requests: [Request], waiting: [Waiter])>((.silence, [], []))
    private typealias Waiter = (count: Int, promise: CheckedContinuation<Void, Never>)

    static func start(_ manner: Manner, tls: TestAuthority? = nil) async throws -> HTTPStand {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let box = Mutex<HTTPStand?>(nil)
        let context = try tls.map { try TLS.context($0) }
        let shared = Handler.Shared()
        let listener = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(shared))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let stand = HTTPStand(port: listener.localAddress?.port ?? 0, group: group)
        stand.behave(manner)
        shared.stand.withLock { $0 = stand }
        box.withLock { $0 = stand }
        return stand
    }

    private init(port: Int, group: MultiThreadedEventLoopGroup) {
        self.port = port
        self.group = group
    }

    func behave(_ manner: Manner) { state.withLock { $0.manner = manner } }

    var requests: [Request] { state.withLock { $0.requests } }

    /// Waits until so many requests have come.
    func received(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.requests.count >= count { return true }
                state.waiting.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func stop() async throws { try await group.shutdownGracefully() }

    fileprivate func take(_ request: Request) -> Manner {
        let (manner, ready) = state.withLock { state in
            state.requests.append(request)
            let count = state.requests.count
            let ready = state.waiting.filter { $0.count <= count }
            state.waiting.removeAll { $0.count <= count }
            return (state.manner, ready)
        }
        for waiter in ready { waiter.promise.resume() }
        return manner
    }
}

private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    final class Shared: Sendable {
        let stand = Mutex<HTTPStand?>(nil)
    }

    private let shared: Shared
    private var head: HTTPRequestHead?
    private var body = ""

    init(_ shared: Shared) { self.shared = shared }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, "")
        case .body(let bytes): body += String(buffer: bytes)
        case .end: answer(context)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let head, let stand = shared.stand.withLock({ $0 }) else { return }
        let headers = Dictionary(
            head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
        let request = HTTPStand.Request(
            method: head.method.rawValue, path: head.uri, headers: headers, body: body)
        switch stand.take(request) {
        case .silence: return
        case .hangUp: context.close(promise: nil)
        case .answer(let status):
            let answer = HTTPResponseHead(
                version: .http1_1, status: HTTPResponseStatus(statusCode: status),
                headers: ["Content-Length": "2"])
            context.write(wrapOutboundOut(.head(answer)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "ok")))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

enum TLS {
    static func context(_ authority: TestAuthority) throws -> NIOSSLContext {
        let certificates = try NIOSSLCertificate.fromPEMFile(authority.certificatePath)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: authority.keyPath, format: .pem))))
    }
}
