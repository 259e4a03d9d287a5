import NIOCore
import NIOWebSocket
import SimulatedWorld

/// One client's WebSocket: whole text messages in, the double's frames out, pings answered, the close
/// handshake kept.
final class WebSocketConversation: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// One message, all its fragments together.
    static let maximumMessageBytes = 1 << 20
    static let maximumFragments = 1024
    /// How long the other side may take to answer a close frame.
    private static let closePatience = TimeAmount.seconds(5)

    private let host: HostLoop
    private let target: String
    private var context: ChannelHandlerContext?
    private var number = 0
    /// Bytes of frames that the kernel has not taken yet.
    private(set) var waiting = 0
    /// Bytes written since the last flush, and the frame that carries the flush's promise.
    private var batch = 0
    private var held: WebSocketFrame?
    private var sentClose = false

    init(host: HostLoop, target: String) {
        self.host = host
        self.target = target
    }

    // MARK: From the double

    /// Takes a frame; `true` when the next `flush()` has work.
    func send(_ content: DoubleFrame.Content) -> Bool {
        guard let context, !sentClose else { return false }
        switch content {
        case .text(let bytes): take(.text, context.channel.allocator.buffer(bytes: bytes))
        case .ping: take(.ping, ByteBuffer())
        case .close(let code, let reason):
            flush()
            close(.init(codeNumber: Int(code)), reason, patience: WebSocketConversation.closePatience)
            return false
        }
        return true
    }

    private func take(_ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        if let held { context?.write(wrapOutboundOut(held), promise: nil) }
        batch += data.readableBytes
        held = WebSocketFrame(fin: true, opcode: opcode, data: data)
    }

    /// Sends what was taken. What waits is counted per batch: a promise per frame would cost more than the
    /// frame.
    func flush() {
        guard let context, let last = held else { return }
        held = nil
        let size = batch
        batch = 0
        // What waited before decides: one large frame is no sign of a slow reader.
        guard waiting <= HostLoop.slowReaderBytes else {
            host.cutOffSlowReader()
            context.close(promise: nil)
            return
        }
        waiting += size
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.waiting -= size }
        context.writeAndFlush(wrapOutboundOut(last), promise: written)
    }

    // MARK: From the client

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        number = host.opened(self)
        host.introduce(number, target: target)
    }

    func handlerRemoved(context: ChannelHandlerContext) { ended() }
    func channelInactive(context: ChannelHandlerContext) {
        ended()
        context.fireChannelInactive()
    }

    private func ended() {
        guard context != nil else { return }
        context = nil
        host.closed(number)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text:
            let bytes = Array(frame.unmaskedData.readableBytesView)
            guard String(validating: bytes, as: UTF8.self) != nil else {
                return close(.dataInconsistentWithMessage, "text is not UTF-8", patience: .zero)
            }
            if !sentClose { host.received(bytes, on: number) }
        case .binary: close(.unacceptableData, "text frames only", patience: .zero)
        case .ping:
            guard !sentClose else { return }
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .pong: return
        case .connectionClose:
            var payload = frame.unmaskedData
            let code = payload.readWebSocketErrorCode() ?? .normalClosure
            close(code, "", patience: .zero)
        default: close(.protocolError, "reserved opcode", patience: .zero)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is NIOWebSocketError: return  // NIO's own handler answers these and closes
        case NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge:
            close(.messageTooLarge, "", patience: .zero)
        case is NIOWebSocketFrameAggregator.Error, is ClientFrameRules.Violation:
            close(.protocolError, "", patience: .zero)
        default: context.close(promise: nil)
        }
    }

    /// Sends a close frame once; the connection ends when the other side answers, at the latest after
    /// `patience`.
    private func close(_ code: WebSocketErrorCode, _ reason: String, patience: TimeAmount) {
        guard let context else { return }
        let channel = context.channel
        guard !sentClose else { return channel.close(promise: nil) }
        sentClose = true
        held = nil
        var data = channel.allocator.buffer(capacity: 2 + reason.utf8.count)
        data.write(webSocketErrorCode: code)
        // a control frame carries 125 bytes (RFC 6455 §5.5)
        data.writeBytes(String(decoding: reason.utf8.prefix(123), as: UTF8.self).utf8.prefix(123))
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(frame), promise: written)
        if patience == .zero {
            written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        } else {
            channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
        }
    }
}
