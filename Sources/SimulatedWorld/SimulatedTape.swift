import Ports

/// A run's tape in memory.
public final class SimulatedTape: TapeStore, @unchecked Sendable {
    public private(set) var blocks: [[UInt8]] = []
    private var isOpen = true

    public init() {}

    public func append(_ block: [UInt8]) throws {
        precondition(isOpen, "a closed tape takes nothing")
        blocks.append(block)
    }

    public func close() { isOpen = false }
}
