import Ports
import TradingModel

/// One WebSocket to a venue, from `connect` to its one `socketClosed`. Confined to the lane.
final class WebSocketClient: VenueSocket, TLSStreamOwner, @unchecked Sendable {
    static let messageLimit = 32 * 1_024 * 1_024
    /// What may wait for a venue that does not read: more than any burst of orders, less than harm.
    static let sendLimit = 1_024 * 1_024

    private enum Stage { case connecting, upgrading, open, closing, closed }

    private let stream: TLSStream
    private let handshake: WebSocketHandshake
    private let masks: MaskSource
    private let retire: (WebSocketClient) -> Void
    /// Held until it is told of the end.
    private var receiver: (any SocketReceiver)?
    private var stage = Stage.connecting
    private var timer: LaneTimer?
    private var response = HTTPResponseParser(method: "GET", allowsUpgrade: true)

    private var inflater: Inflater?
    /// The message whose frames are being collected; `nil` between messages.
    private var partial: (isCompressed: Bool, bytes: [UInt8])?
    private var outgoing: [UInt8] = []
    /// After a violation nothing the venue says can be made sense of.
    private var isDeaf = false

    init(
        stream: TLSStream, handshake: WebSocketHandshake, masks: MaskSource, receiver: any SocketReceiver,
        retire: @escaping (WebSocketClient) -> Void
    ) {
        self.stream = stream
        self.handshake = handshake
        self.masks = masks
        self.receiver = receiver
        self.retire = retire
    }

    func open() {
        guard stage == .connecting else { return }
        timer = stream.lane.schedule(at: LiveClock.now + LiveTransport.connectTimeout) { [weak self] in
            guard let self, stage == .connecting || stage == .upgrading else { return }
            let waited = LiveTransport.connectTimeout.milliseconds / 1_000
            let doing = stage == .upgrading ? "waiting for the WebSocket upgrade" : stream.progress
            drop("not open within \(waited) s: \(doing)")
        }
        stream.open(self)
    }

    // MARK: VenueSocket

    @discardableResult func send(_ text: [UInt8]) -> Bool {
        precondition(stream.lane.isCurrent, "a socket is used on its lane")
        return stage == .open && sendFrame(.text, text)
    }

    func close() {
        precondition(stream.lane.isCurrent, "a socket is used on its lane")
        switch stage {
        case .closing, .closed: return
        case .connecting, .upgrading: drop("closed by the node before it opened", isTold: false)
        case .open:
            beginClosing(1000, "")
        }
        // The caller, whose stack this is, hears of it in the next turn.
        stream.lane.post { [self] in tell("closed by the node") }
    }

    /// Ends at once; the receiver is told before this returns.
    func abort(_ reason: String) { drop(reason) }

    // MARK: TLSStreamOwner

    func streamOpened() {
        stage = .upgrading
        let isTaken = handshake.request.withUnsafeBytes { stream.write($0, limit: WebSocketClient.sendLimit) }
        if !isTaken { drop("connection lost before the WebSocket upgrade") }
    }

    func streamReceived() {
        if stage == .upgrading { takeResponse() }
        takeFrames()
    }

    func streamServiced() { stream.received.settle() }

    func streamDrained() {}

    func streamClosed(_ reason: String, isComplete: Bool) { finish(reason) }

    // MARK: Opening

    private func takeResponse() {
        do {
            let count = try response.consume(stream.received.bytes)
            stream.received.consume(count)
            // A refusal's body is of no use; its head is.
            guard response.isComplete || response.head.status >= 200 else { return }
            let agreement = try handshake.judge(response.head)
            if agreement.isCompressed {
                inflater = Inflater(forgetsBetweenMessages: agreement.serverForgetsBetweenMessages)
                if inflater == nil { return drop("no memory to decompress with") }
            }
        } catch let refusal as WebSocketHandshake.Refusal {
            return drop(refusal.detail)
        } catch {
            return drop("the server's answer to the WebSocket upgrade is malformed: \(error)")
        }
        timer?.cancel()
        stage = .open
        receiver?.socketOpened(self)
    }

    // MARK: Receiving

    private func takeFrames() {
        while stage == .open || stage == .closing {
            if isDeaf { return stream.received.consume(stream.received.count) }
            do {
                let window = stream.received.bytes
                let collected = partial?.bytes.count ?? 0
                guard
                    let header = try WebSocketFrameHeader.parse(
                        window, allowsCompression: inflater != nil,
                        limit: WebSocketClient.messageLimit - collected)
                else { return }
                let length = header.headerLength + header.payloadLength
                guard window.count >= length else { return }
                let payload = UnsafeRawBufferPointer(rebasing: window[header.headerLength..<length])
                try take(header, payload)
                // The receiver may have closed the socket, but the window is the stream's and still stands.
                stream.received.consume(length)
            } catch let fault as WebSocketFault {
                return violated(fault)
            } catch {
                return violated(.protocolError("\(error)"))
            }
        }
    }

    private func take(_ header: WebSocketFrameHeader, _ payload: UnsafeRawBufferPointer) throws {
        switch header.opcode {
        case .ping:
            guard stage == .open else { return }
            sendFrame(.pong, payload)
            receiver?.socketPinged(self, at: stream.lane.momentOfEvent)
        case .pong: break
        case .close: try takeClose(payload)
        case .text, .binary:
            guard partial == nil else { throw WebSocketFault.protocolError("a message inside a message") }
            if header.isFinal && !header.isCompressed { return deliver(payload) }
            partial = (header.isCompressed, [])
            try collect(payload, isLast: header.isFinal)
        case .continuation:
            guard partial != nil else { throw WebSocketFault.protocolError("a continuation of nothing") }
            try collect(payload, isLast: header.isFinal)
        }
    }

    private func collect(_ payload: UnsafeRawBufferPointer, isLast: Bool) throws(WebSocketFault) {
        guard let isCompressed = partial?.isCompressed else { return }
        var bytes: [UInt8] = []
        swap(&bytes, &partial!.bytes)
        if isCompressed, let inflater {
            try inflater.inflate(payload, isLast: isLast, into: &bytes, limit: WebSocketClient.messageLimit)
        } else {
            bytes.append(contentsOf: payload)
        }
        guard isLast else {
            partial?.bytes = bytes
            return
        }
        partial = nil
        bytes.withUnsafeBytes { deliver($0) }
    }

    private func deliver(_ message: UnsafeRawBufferPointer) {
        if stage == .open { receiver?.socketReceived(self, message, at: stream.lane.momentOfEvent) }
    }

    // MARK: Sending

    @discardableResult
    private func sendFrame(_ opcode: WebSocketFrameHeader.Opcode, _ payload: some Collection<UInt8>) -> Bool {
        outgoing.removeAll(keepingCapacity: outgoing.capacity <= 65_536)
        WebSocketFrameHeader.append(opcode, payload, mask: masks.next(), to: &outgoing)
        // Control frames are small and few; a full queue must not keep a goodbye from being said.
        let limit = opcode == .close ? .max : WebSocketClient.sendLimit
        return outgoing.withUnsafeBytes { stream.write($0, limit: limit) }
    }

    // MARK: Closing

    private func takeClose(_ payload: UnsafeRawBufferPointer) throws(WebSocketFault) {
        guard payload.count != 1 else { throw .protocolError("a close frame of one byte") }
        var reason = "closed by the venue"
        if payload.count >= 2 {
            let code = UInt16(bigEndian: payload.loadUnaligned(as: UInt16.self))
            let text = String(decoding: payload.dropFirst(2), as: UTF8.self)
            reason += ": \(code)" + (text.isEmpty ? "" : " \(text)")
        }
        if stage == .open { sendFrame(.close, payload.prefix(2)) }
        drop(reason)
    }

    private func violated(_ fault: WebSocketFault) {
        let reason = "closed by the node: \(fault.text)"
        if stage == .open { beginClosing(fault.closeCode, fault.text) }
        isDeaf = true
        stream.received.consume(stream.received.count)
        tell(reason)
    }

    /// Says goodbye and gives the venue a moment to answer, then drops the connection.
    private func beginClosing(_ code: UInt16, _ text: String) {
        stage = .closing
        let payload = withUnsafeBytes(of: code.bigEndian) { Array($0) } + Array(text.utf8.prefix(123))
        sendFrame(.close, payload)
        timer = stream.lane.schedule(at: LiveClock.now + .seconds(2)) { [weak self] in
            self?.drop("closed by the node")
        }
    }

    private func drop(_ reason: String, isTold: Bool = true) {
        guard stage != .closed else { return }
        stream.close()
        if isTold {
            finish(reason)
        } else {
            stage = .closed
            timer?.cancel()
        }
    }

    private func finish(_ reason: String) {
        stage = .closed
        timer?.cancel()
        partial = nil
        tell(reason)
    }

    /// The receiver hears of the end once.
    private func tell(_ reason: String) {
        if stage == .closed { retire(self) }
        guard let receiver else { return }
        self.receiver = nil
        receiver.socketClosed(self, reason: reason)
    }
}

/// Random frame masks, fetched from the kernel in bulk. Confined to the lane.
final class MaskSource: @unchecked Sendable {
    private var words: [UInt32] = []

    func next() -> UInt32 {
        if words.isEmpty {
            words = [UInt32](repeating: 0, count: 256)
            words.withUnsafeMutableBytes { SystemEntropy.fill($0) }
        }
        return words.removeLast()
    }
}
