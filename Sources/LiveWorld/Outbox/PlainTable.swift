import Journal

/// A RocksDB store with the outbox's settings and nothing of the outbox: what `arbnode bench` measures
/// appends
/// against, on the same disk in the same run.
public final class PlainTable: Sendable {
    public struct Fault: Error, Hashable, Sendable {
        public let text: String
    }

    private let table: RocksTable

    /// Opens or creates the store in directory `path`, whose parent exists.
    public init(_ path: String) throws(Fault) {
        do throws(RocksTable.Fault) { table = try RocksTable(path) } catch { throw Fault(text: error.text) }
    }

    /// One synced batch of rows under consecutive keys. A row is as long as the outbox would store it.
    public func put(_ rows: [[UInt8]], from key: UInt64) throws(Fault) {
        let header = [UInt8](repeating: 0, count: ChainedRecord.headerLength)
        do throws(RocksTable.Fault) {
            try table.put(rows.map { header + $0 }, from: key)
        } catch { throw Fault(text: error.text) }
    }
}
