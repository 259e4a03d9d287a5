/// An outbox row that survives a power cut, with its place in the outbox.
public struct DurableRow: Hashable, Sendable {
    public var sequence: UInt64
    public var bytes: [UInt8]

    public init(sequence: UInt64, bytes: [UInt8]) {
        self.sequence = sequence
        self.bytes = bytes
    }
}

/// Told of every row once it is durable, and before all others of what a start has found. Called on the
/// desk's lane, or before there is a desk; it must not wait.
public typealias RowWitness = @Sendable ([DurableRow]) -> Void
