import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// The listening socket and what stands between a client's bytes and the two conversations.
enum VenueListener {
    /// A connection that says nothing for this long, or never finishes its TLS handshake, ends.
    static let silence = TimeAmount.seconds(75)
    private static let idle = "idle"
    private static let rest = "rest"

    private struct Refused: Error {}

    static func open(
        port: Int, group: any EventLoopGroup, core: NIOLoopBound<HostLoop>, tls: NIOSSLContext
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try prepare(channel, core, tls) }
            }
            .bind(host: "127.0.0.1", port: port).get()
    }

    private static func prepare(
        _ channel: any Channel, _ core: NIOLoopBound<HostLoop>, _ tls: NIOSSLContext
    ) throws {
        guard core.value.admit(channel) else { throw Refused() }
        let id = ObjectIdentifier(channel)
        channel.closeFuture.whenComplete { _ in core.value.left(id) }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(NIOSSLServerHandler(context: tls))
        try pipeline.addHandler(IdleStateHandler(readTimeout: silence), name: idle)
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 << 10
        limits.maxHeaderListSize = 64 << 10
        try pipeline.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [upgrader(core)],
                completionHandler: { context in
                    context.pipeline.removeHandler(name: idle, promise: nil)
                    context.pipeline.removeHandler(name: rest, promise: nil)
                }
            ),
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
        try pipeline.addHandler(HTTPConversation(host: core.value), name: rest)
    }

    private static func upgrader(_ core: NIOLoopBound<HostLoop>) -> NIOWebSocketServerUpgrader {
        NIOWebSocketServerUpgrader(
            maxFrameSize: WebSocketConversation.maximumMessageBytes,
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(ClientFrameRules())
                    try pipeline.addHandler(
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 0,
                            maxAccumulatedFrameCount: WebSocketConversation.maximumFragments,
                            maxAccumulatedFrameSize: WebSocketConversation.maximumMessageBytes))
                    try pipeline.addHandler(WebSocketConversation(host: core.value, target: head.uri))
                }
            })
    }
}
