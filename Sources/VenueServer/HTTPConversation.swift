import NIOCore
import NIOHTTP1
import NIOWebSocket
import SimulatedWorld

/// The REST side of one connection: whole requests in, answers with a length out, kept alive as the client
/// wishes.
final class HTTPConversation: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    static let maximumBodyBytes = 1 << 20
    /// How long a refused client may go on sending before the connection ends.
    private static let refusalPatience = TimeAmount.seconds(1)

    private enum State {
        case idle
        case reading(HTTPRequestHead, [UInt8])
        /// Refused in the middle of a request: the rest is dropped, then the connection ends.
        case refused
        /// The last answer is on its way.
        case ending
    }
    private let host: HostLoop
    private var state = State.idle

    init(host: HostLoop) { self.host = host }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .idle): begin(head, context)
        case (.body(let part), .reading(let head, var body)):
            state = .idle  // gives up the only other reference to the body
            guard body.count + part.readableBytes <= HTTPConversation.maximumBodyBytes else {
                return refuse(head, .payloadTooLarge, context)
            }
            body.append(contentsOf: part.readableBytesView)
            state = .reading(head, body)
        case (.end, .reading(let head, let body)):
            state = .idle
            answer(head, body, context)
        case (.end, .refused): context.close(promise: nil)
        default: return
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let announced = head.headers["content-length"].first.flatMap { Int($0) } ?? 0
        guard announced <= HTTPConversation.maximumBodyBytes else {
            return refuse(head, .payloadTooLarge, context)
        }
        if head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" }) {
            let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
        }
        state = .reading(head, [])
    }

    private func answer(_ head: HTTPRequestHead, _ body: [UInt8], _ context: ChannelHandlerContext) {
        let headers = head.headers.map { (name: $0.name.lowercased(), value: $0.value) }
        let request = DoubleRequest(
            method: head.method.rawValue, target: head.uri, headers: headers, body: body)
        guard let response = host.respond(to: request) else { return context.close(promise: nil) }
        // NIO's parser stops behind a request for another protocol, granted or not
        let keepAlive = head.isKeepAlive && !head.headers.contains(name: "upgrade") && head.method != .CONNECT
        if !keepAlive { state = .ending }
        write(response, to: head, keepAlive: keepAlive, context)
    }

    private func refuse(
        _ head: HTTPRequestHead, _ status: HTTPResponseStatus, _ context: ChannelHandlerContext
    ) {
        state = .refused
        write(DoubleResponse(status: Int(status.code), body: []), to: head, keepAlive: false, context)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: HTTPConversation.refusalPatience) { channel.close(promise: nil) }
    }

    private func write(
        _ response: DoubleResponse, to request: HTTPRequestHead, keepAlive: Bool,
        _ context: ChannelHandlerContext
    ) {
        precondition((200...599).contains(response.status), "a double answers with a final status")
        var headers = HTTPHeaders()
        for (name, value) in response.headers where !HTTPConversation.ownHeaders.contains(name.lowercased()) {
            headers.add(name: name, value: value)
        }
        headers.add(name: "content-length", value: String(response.body.count))
        if !keepAlive { headers.add(name: "connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: response.status)
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD, !response.body.isEmpty {
            let body = context.channel.allocator.buffer(bytes: response.body)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        let written = keepAlive ? nil : context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        if case .ending = state { written?.futureResult.whenComplete { _ in channel.close(promise: nil) } }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    /// Headers that belong to the connection, not to the double.
    private static let ownHeaders: Set<String> = ["content-length", "transfer-encoding", "connection"]

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    /// TLS failures, malformed requests (NIO has answered 400 already), vanished clients. A request that only
    /// looks like a WebSocket's is no failure: it arrives as a request.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !(error is NIOWebSocketUpgradeError) { context.close(promise: nil) }
    }
}
