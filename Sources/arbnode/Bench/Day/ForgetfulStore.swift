import Ports
import Synchronization

/// A store that keeps what any store must, its count, and no row: where the memory of a node is measured, its
/// disk's is not to be.
final class ForgetfulStore: OutboxStore {
    struct Written {
        var rows: UInt64 = 0
        var bytes: UInt64 = 0
    }

    private let state = Mutex(Written())
    let opening = OutboxOpening(condition: .intact, openings: 1, rows: 0)
    let space = OutboxSpace.ample

    var written: Written { state.withLock { $0 } }

    func append(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 {
        state.withLock { state in
            state.rows += UInt64(records.count)
            state.bytes += UInt64(records.reduce(0) { $0 + $1.count })
            return state.rows
        }
    }

    func appendReserve(_ records: [[UInt8]]) throws(OutboxFault) -> UInt64 { try append(records) }
    func absorb() throws(OutboxFault) {}
    func settle() throws(OutboxFault) {}
    func readAll(_ body: (UInt64, [UInt8]) throws -> Void) throws {}
    func discard(before sequence: UInt64) throws(OutboxFault) {}
    func close() {}
}
