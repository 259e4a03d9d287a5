import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves the status pages on one address: GET only, no state, nothing that changes the node.
public final class StatusServer: Sendable {
    public let port: Int
    let group: MultiThreadedEventLoopGroup
    private let listener: any Channel

    public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case cannotListen(host: String, port: Int, reason: String)
        public var description: String {
            switch self {
            case .cannotListen(let host, let port, let reason): "http \(host):\(port): \(reason)"
            }
        }
    }

    /// `answer` makes the page for a path.
    public static func start(
        host: String, port: Int, answer: @escaping @Sendable (String) async -> StatusPages.Page?
    ) async throws(Fault) -> StatusServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.pipeline.configureHTTPServerPipeline(withErrorHandling: true).flatMapThrowing {
                        try channel.pipeline.syncOperations.addHandler(StatusConversation(answer))
                    }
                }
                .bind(host: host, port: port).get()
            return StatusServer(port: listener.localAddress?.port ?? port, group: group, listener: listener)
        } catch {
            do { try await group.shutdownGracefully() } catch {
                preconditionFailure("a loop of ours ends: \(error)")
            }
            throw .cannotListen(host: host, port: port, reason: "\(error)")
        }
    }

    private init(port: Int, group: MultiThreadedEventLoopGroup, listener: any Channel) {
        self.port = port
        self.group = group
        self.listener = listener
    }

    public func stop() async {
        listener.close(promise: nil)
        do { try await group.shutdownGracefully() } catch {
            preconditionFailure("a loop of ours ends: \(error)")
        }
    }
}

/// One connection: a request's head decides, its body is ignored.
private final class StatusConversation: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: @Sendable (String) async -> StatusPages.Page?
    private var head: HTTPRequestHead?

    init(_ answer: @escaping @Sendable (String) async -> StatusPages.Page?) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: return
        case .end:
            guard let head else { return }
            self.head = nil
            respond(to: head, on: context.channel)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func respond(to head: HTTPRequestHead, on channel: any Channel) {
        let answer = answer
        let path = String(head.uri.prefix { $0 != "?" })
        let isGet = head.method == .GET || head.method == .HEAD
        let promise = channel.eventLoop.makePromise(of: StatusPages.Page.self)
        promise.completeWithTask {
            guard isGet else {
                return StatusPages.Page(status: 405, contentType: "text/plain", body: "GET only\n")
            }
            return await answer(path)
                ?? StatusPages.Page(
                    status: 404, contentType: "text/plain",
                    body: "there are /livez /readyz /statusz /metrics\n")
        }
        promise.futureResult.whenSuccess { page in
            var headers = HTTPHeaders()
            headers.add(name: "Content-Type", value: page.contentType)
            headers.add(name: "Content-Length", value: String(page.body.utf8.count))
            headers.add(name: "Cache-Control", value: "no-store")
            let response = HTTPResponseHead(
                version: head.version, status: HTTPResponseStatus(statusCode: page.status), headers: headers)
            channel.write(HTTPServerResponsePart.head(response), promise: nil)
            if head.method != .HEAD {
                channel.write(
                    HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: page.body))), promise: nil)
            }
            let isLast = !head.isKeepAlive
            channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in
                if isLast { channel.close(promise: nil) }
            }
        }
    }
}
