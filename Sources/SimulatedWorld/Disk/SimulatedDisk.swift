import Journal
import Ports
import TradingModel

/// A moment inside a call of a simulated store, at which its process may die.
public enum StoreStep: Hashable, Sendable, CaseIterable {
    /// An append was called; nothing is written.
    case begun
    case rowsWritten
    case rowsSynced
    case reserveWritten
    case reserveSynced
    /// Everything is durable; the caller has not been told.
    case acknowledged
    case baseMoved
    case rowsDeleted
    case compacted
    case openingRead
    /// Missing rows are in the store again, or a new one stands in its place.
    case openingRepaired
    case openingCounted
}

/// What a process leaves behind when it dies, and what becomes of that: the files of one outbox, with writes
/// that are not synced yet, and every fault a disk can have. One disk outlives the nodes started on it.
public final class SimulatedDisk: @unchecked Sendable {
    public enum File: Hashable, Sendable, CaseIterable {
        case store
        case reserve
    }

    /// What a power cut leaves of writes that were not synced.
    public enum CrashPolicy: Hashable, Sendable, CaseIterable {
        /// Nothing.
        case synced
        /// All of it: the process died, not the machine.
        case everything
        /// Some first part of each write.
        case torn
        /// Any of the writes, whole, regardless of their order.
        case reordered
    }

    /// When set, every append fails with it, and nothing is written.
    public var fault: OutboxFault?
    /// The store refuses for want of room; the reserve file works.
    public var isFull = false
    /// Writes to the store fail: it takes nothing more until it is opened again.
    public var failsStore = false
    /// Writes to the reserve file fail: nothing can be acknowledged.
    public var failsReserve = false
    /// How long a write should take. The store cannot wait; who calls it does.
    public var latency = Span.zero
    /// Called at each step of a store's work. It may set `isDead`.
    public var onStep: ((StoreStep) -> Void)?
    /// The process on this disk is dead: its store's writes have no effect and its calls fail. The next
    /// opening clears it.
    public var isDead = false
    /// Stores that were found damaged and moved aside.
    public internal(set) var damaged = 0

    var store: SimulatedFile?
    var reserve: SimulatedFile?
    /// Only the store that was opened last may write.
    var life = 0

    static let geometry = ReserveGeometry(blockLength: 512, ringBlocks: 1_024)

    public init() {}

    /// The rows the store file holds, oldest first.
    public var rows: [[UInt8]] {
        StoreLog.read(store?.bytes ?? []).rows.filter { $0.key > 0 }.map { row in
            row.stored.withUnsafeBytes { Array(ChainedRecord.payload($0)) }
        }
    }

    /// The power goes: what was not synced survives as far as `policy` has it, drawn from `seed`. The store
    /// that was open must not be used again.
    public func crash(keeping policy: CrashPolicy, seed: UInt64) {
        var random = SeededSequence(seed: seed)
        store?.crash(policy, &random)
        reserve?.crash(policy, &random)
        isDead = true
    }

    /// Whatever failed works again.
    public func heal() {
        fault = nil
        isFull = false
        failsStore = false
        failsReserve = false
    }

    public func length(of file: File) -> Int { bytes(of: file)?.count ?? 0 }

    /// A bit rots; numbered from the file's first.
    public func flip(bit: Int, of file: File) { change(file) { $0?.flip(bit: bit) } }
    /// The file loses everything behind `length`.
    public func cut(_ file: File, to length: Int) { change(file) { $0?.cut(to: length) } }
    public func delete(_ file: File) { change(file) { $0 = nil } }

    /// The file as it is now; `nil` if it does not exist.
    public func bytes(of file: File) -> [UInt8]? {
        file == .store ? store?.bytes : reserve?.bytes
    }

    /// Puts an older copy in the file's place.
    public func restore(_ file: File, to bytes: [UInt8]?) {
        change(file) { $0 = bytes.map { SimulatedFile($0) } }
    }

    private func change(_ file: File, _ body: (inout SimulatedFile?) -> Void) {
        if file == .store { body(&store) } else { body(&reserve) }
    }
}
