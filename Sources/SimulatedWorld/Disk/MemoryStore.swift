import Ports

/// What a disk keeps when its process dies: the rows that were synced. One disk outlives the nodes started on
/// it.
public final class SimulatedDisk: @unchecked Sendable {
    public internal(set) var rows: [[UInt8]] = []
    /// When set, every append fails with it.
    public var fault: OutboxFault?
    public init() {}
}

/// The outbox of a simulated node.
public final class MemoryStore: OutboxStore, @unchecked Sendable {
    private let disk: SimulatedDisk
    private var isOpen = true

    public init(_ disk: SimulatedDisk) { self.disk = disk }

    public func append(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        guard isOpen else { throw .unavailable("the store is closed") }
        if let fault = disk.fault { throw fault }
        disk.rows += records
        return UInt64(disk.rows.count)
    }

    public var opening: OutboxOpening {
        OutboxOpening(condition: .intact, openings: 1, rows: UInt64(disk.rows.count))
    }
    public func appendReserve(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 { try append(records) }
    public func discard(before sequence: UInt64) throws(OutboxFault) {}

    public func readAll(_ body: (UInt64, [UInt8]) throws -> Void) throws {
        for (index, row) in disk.rows.enumerated() { try body(UInt64(index + 1), row) }
    }

    public func close() { isOpen = false }
}
