/// Everything that still verifies of a damaged store, and the chain that is built from it.
public struct Salvage {
    private let seal: Seal
    private let reserve: ReserveImage?
    private var storeBase: StoreBase?
    private var records: [UInt64: StoredRecord] = [:]
    private var conflicts = 0
    private var unsound = 0
    private var remarks: [String] = []

    /// The records of the new store.
    public struct Result: Sendable {
        public let base: ChainHead
        public let records: [StoredRecord]
        /// Whether nothing acknowledged is missing: then the records are the old ones, else they are chained
        /// anew, numbered from the base on.
        public let isComplete: Bool
        public let openings: UInt64
        /// What is missing, for people.
        public let account: String

        public var head: ChainHead { records.last?.record.head ?? base }
    }

    public init(reserve: ReserveImage?, _ seal: @escaping Seal) {
        self.seal = seal
        self.reserve = reserve
        for record in reserve?.records ?? [] { add(record) }
    }

    /// Takes a row of the store, or of what a repair made of it, in any order.
    public mutating func take(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard case .sound(let record) = ChainedRecord.read(value, seal) else {
            unsound += 1
            return
        }
        if record.sequence == 0 {
            storeBase = StoreBase(record, payload: ChainedRecord.payload(value)) ?? storeBase
            return
        }
        add(StoredRecord(record, stored: Array(value)))
    }

    /// Something people should read about it.
    public mutating func note(_ remark: String) { remarks.append(remark) }

    private mutating func add(_ record: StoredRecord) {
        guard let known = records[record.sequence] else {
            records[record.sequence] = record
            return
        }
        // The reserve file's came first and stays: it vouches for the store, not the other way round.
        if known.record.hash != record.record.hash { conflicts += 1 }
    }

    public func result() -> Result {
        let sorted = records.values.sorted { $0.sequence < $1.sequence }
        let known = newestBase()
        let base =
            known
            ?? sorted.first.map { ChainHead(sequence: $0.sequence - 1, hash: $0.record.previous) } ?? .genesis
        let kept = sorted.filter { $0.sequence > base.sequence }
        let openings = max(storeBase?.openings ?? 0, reserve?.superblock.openings ?? 0)
        if let reserve, isTrusted(reserve), conflicts == 0, isChain(kept, from: base, to: reserve.head) {
            return Result(
                base: base, records: kept, isComplete: true, openings: openings,
                account: "all \(kept.count) records are there")
        }
        var chained: [StoredRecord] = []
        chained.reserveCapacity(kept.count)
        var head = base
        for record in kept {
            let again = StoredRecord(record.payload, behind: head, seal)
            chained.append(again)
            head = again.record.head
        }
        return Result(
            base: base, records: chained, isComplete: false, openings: openings,
            account: account(kept, base))
    }

    private func newestBase() -> ChainHead? {
        [reserve?.superblock.base, storeBase?.base].compactMap { $0 }
            .max { $0.sequence < $1.sequence }
    }

    private func isTrusted(_ reserve: ReserveImage) -> Bool {
        reserve.isWhole && (storeBase?.openings ?? 0) <= reserve.superblock.openings
            && (storeBase?.base.sequence ?? 0) <= reserve.superblock.base.sequence
    }

    private func isChain(_ records: [StoredRecord], from base: ChainHead, to head: ChainHead) -> Bool {
        var link = base
        var isPassed = head == base
        for record in records {
            guard record.sequence == link.sequence + 1, record.record.previous == link.hash else {
                return false
            }
            link = record.record.head
            if link == head { isPassed = true }
        }
        return isPassed
    }

    private func account(_ kept: [StoredRecord], _ base: ChainHead) -> String {
        var gaps: [String] = []
        var expected = base.sequence + 1
        let end = max(reserve?.head.sequence ?? 0, kept.last?.sequence ?? 0)
        func gap(to last: UInt64) {
            if expected <= last { gaps.append(expected == last ? "\(last)" : "\(expected)–\(last)") }
        }
        for record in kept {
            if record.sequence > 0 { gap(to: record.sequence - 1) }
            expected = record.sequence + 1
        }
        gap(to: end)
        let missing =
            gaps.isEmpty ? "none is known to be missing" : "missing: \(gaps.joined(separator: ", "))"
        return "\(kept.count) records salvaged, \(missing)"
            + (conflicts > 0 ? ", \(conflicts) in two versions" : "")
            + (unsound > 0 ? ", \(unsound) failing their own hash" : "")
            + remarks.map { "; \($0)" }.joined()
    }
}
