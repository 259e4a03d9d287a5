import TradingModel

/// One line of a recording.
public struct RecordedMessage: Hashable, Sendable {
    /// When the recorder saw it.
    public var time: Moment
    public var channel: RecordedChannel
    /// The venue's bytes, unaltered (a URL for `open<n>`).
    public var payload: [UInt8]
    public init(time: Moment, channel: RecordedChannel, payload: [UInt8]) {
        self.time = time
        self.channel = channel
        self.payload = payload
    }
}

/// One line of a recording, without a copy: `payload` points into the reader and is valid until its next
/// call.
public struct RecordedView {
    public let time: Moment
    public let channel: RecordedChannel
    public let payload: UnsafeRawBufferPointer

    /// The line with a payload of its own.
    public var message: RecordedMessage {
        RecordedMessage(time: time, channel: channel, payload: Array(payload))
    }
}
