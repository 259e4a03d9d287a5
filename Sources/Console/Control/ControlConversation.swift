import Control
import NIOCore

/// One connection: a line is read, answered, and only then the next one is looked at, so that a sender who
/// does not listen is not read from either.
final class ControlConversation: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let person: any ControlAnswering
    private let peer: PeerCredentials
    private let mayStay: Bool
    private var received = ByteBuffer()
    private var isAnswering = false
    /// An answer is on its way out, as far as the other end takes it.
    private var isWriting = false
    private var isInputOver = false
    private var isEnding = false

    init(_ person: any ControlAnswering, _ peer: PeerCredentials, mayStay: Bool) {
        self.person = person
        self.peer = peer
        self.mayStay = mayStay
    }

    func channelActive(context: ChannelHandlerContext) {
        guard mayStay else {
            return end(
                context,
                ControlFault(
                    .busy, "\(ControlServer.most) connections are open", remedy: "try again in a moment"))
        }
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if mayStay { person.tally.leave() }
        isEnding = true
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) { proceed(context) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        // Nothing was read for so long: an answer that is still on its way out has nobody who takes it.
        case is IdleStateHandler.IdleStateEvent where !isAnswering || isWriting: context.close(promise: nil)
        case ChannelEvent.inputClosed:
            isInputOver = true
            proceed(context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func proceed(_ context: ChannelHandlerContext) {
        guard !isAnswering, !isEnding else { return }
        let bytes = received.readableBytesView
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        let length = end.map { bytes.distance(from: bytes.startIndex, to: $0) } ?? bytes.count
        guard length <= ControlProtocol.longestRequest else {
            person.tally.note { $0.refusedRequests += 1 }
            return self.end(
                context,
                ControlFault(
                    .tooLong, "a request has at most \(ControlProtocol.longestRequest) bytes",
                    remedy: "the connection is closed"))
        }
        guard end != nil, let line = received.readBytes(length: length) else {
            if isInputOver { context.close(promise: nil) } else { context.read() }
            return
        }
        received.moveReaderIndex(forwardBy: 1)
        received.discardReadBytes()
        answer(line, context)
    }

    private func answer(_ line: [UInt8], _ context: ChannelHandlerContext) {
        isAnswering = true
        let (person, peer) = (person, peer)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let promise = context.eventLoop.makePromise(of: [UInt8].self)
        promise.completeWithTask { await person.answer(line, from: peer.user) }
        promise.futureResult.whenSuccess { answer in
            let context = bound.value
            guard !self.isEnding else { return }
            self.isWriting = true
            // Not before it is written: the end of the input would close the connection over it.
            context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(bytes: answer + [UInt8(ascii: "\n")])))
                .whenComplete { _ in
                    (self.isAnswering, self.isWriting) = (false, false)
                    self.proceed(bound.value)
                }
        }
    }

    private func end(_ context: ChannelHandlerContext, _ fault: ControlFault) {
        isEnding = true
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let line = ControlOperator.spell(fault) + [UInt8(ascii: "\n")]
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: line))).whenComplete { _ in
            bound.value.close(promise: nil)
        }
    }
}
