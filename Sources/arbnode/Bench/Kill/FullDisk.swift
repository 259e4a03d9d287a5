import Ports
import Synchronization

/// An outbox on a disk that can be filled: while it is, nothing at all is appended, the reserve file
/// included.
final class FullDisk: Sendable {
    private let full = Atomic<Bool>(false)

    var isFull: Bool {
        get { full.load(ordering: .acquiring) }
        set { full.store(newValue, ordering: .releasing) }
    }

    /// The same world over this disk.
    func under(_ world: World) -> World {
        var copy = world
        let open = world.openOutbox
        copy.openOutbox = { try FullDiskOutbox(open(), self) }
        return copy
    }
}

private final class FullDiskOutbox: OutboxStore {
    private let inner: any OutboxStore
    private let disk: FullDisk

    init(_ inner: any OutboxStore, _ disk: FullDisk) {
        self.inner = inner
        self.disk = disk
    }

    var opening: OutboxOpening { inner.opening }
    var space: OutboxSpace { disk.isFull ? .exhausted : inner.space }

    func append(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        try refuse()
        return try inner.append(records)
    }

    func appendReserve(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        try refuse()
        return try inner.appendReserve(records)
    }

    private func refuse() throws(OutboxFault) {
        if disk.isFull { throw .unavailable("no space left on device") }
    }

    func absorb() throws(OutboxFault) { try inner.absorb() }
    func settle() throws(OutboxFault) { try inner.settle() }
    func readAll(_ body: (UInt64, [UInt8]) throws -> Void) throws { try inner.readAll(body) }
    func discard(before sequence: UInt64) throws(OutboxFault) { try inner.discard(before: sequence) }
    func close() { inner.close() }
}
