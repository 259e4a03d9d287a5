import NIOCore
import NIOWebSocket

/// RFC 6455 §5.1, §5.2: a client masks every frame, and reserved bits stay clear when no extension was
/// agreed.
final class ClientFrameRules: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketFrame

    enum Violation: Error {
        case unmasked
        case reservedBits
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        if frame.maskKey == nil {
            context.fireErrorCaught(Violation.unmasked)
        } else if frame.rsv1 || frame.rsv2 || frame.rsv3 {
            context.fireErrorCaught(Violation.reservedBits)
        } else {
            context.fireChannelRead(data)
        }
    }
}
