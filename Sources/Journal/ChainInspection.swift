/// Reads a store once, row by row, against what the reserve file knows, and says what to do about it.
public struct ChainInspection {
    private let seal: Seal
    private let reserve: ReserveImage?
    /// Why there is no reserve file to compare with.
    private let reserveFlaw: String?
    private var storeBase: StoreBase?
    private var base: ChainHead
    private var firstRow: UInt64?
    private var ringIndex = 0
    /// The head of the sound beginning of the chain.
    public private(set) var head: ChainHead
    /// What is wrong with the store's rows, first finding first.
    public private(set) var flaw: String?
    /// A row that a newer program wrote: this one must not touch the store.
    public private(set) var newerVersion: UInt8?
    /// Rows before the base are still there: a discard was cut off and has to be finished.
    public private(set) var hasDiscarded = false

    public enum Verdict: Sendable {
        /// Nothing was ever here.
        case fresh
        /// The store reaches the reserve file's head, or passes it by a batch nobody was told of.
        case intact
        /// These records were acknowledged and the store lacks them: append them.
        case behind([StoredRecord])
        /// Collect what verifies (`Salvage`) and build the store anew.
        case broken(String)
    }

    /// `reserve`: what was read; `nil` with the reason if there is none to be had.
    public init(reserve: ReserveImage?, flaw reserveFlaw: String? = nil, _ seal: @escaping Seal) {
        self.seal = seal
        self.reserve = reserve
        self.reserveFlaw = reserveFlaw
        base = reserve?.superblock.base ?? .genesis
        head = base
    }

    /// Takes the next row in key order.
    public mutating func take(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard let sequence = ChainedRecord.sequence(ofKey: key) else {
            return note("a key of \(key.count) bytes is none of ours")
        }
        switch ChainedRecord.read(value, seal) {
        case .newer(let version): newerVersion = version
        case .unsound: note("record \(sequence) does not match its own hash")
        case .sound(let record):
            guard record.sequence == sequence else {
                return note("record \(record.sequence) stands where \(sequence) should be")
            }
            if sequence == 0 { return takeBase(record, ChainedRecord.payload(value)) }
            take(record)
        }
    }

    private mutating func takeBase(_ record: ChainedRecord, _ payload: UnsafeRawBufferPointer) {
        guard let found = StoreBase(record, payload: payload) else {
            return note("the store's first row holds something else")
        }
        storeBase = found
        guard reserve == nil else { return }
        base = found.base
        head = base
    }

    private mutating func take(_ record: ChainedRecord) {
        if record.sequence <= base.sequence {
            hasDiscarded = true
            if record.sequence == base.sequence, record.hash != base.hash {
                note("record \(record.sequence) is not the one the base was")
            }
            return
        }
        firstRow = firstRow ?? record.sequence
        guard flaw == nil else { return }
        guard record.sequence == head.sequence + 1 else {
            return note("record \(head.sequence + 1) is missing")
        }
        guard record.previous == head.hash else {
            return note("record \(record.sequence) does not continue the one before it")
        }
        if !agreesWithReserve(record) {
            return note("record \(record.sequence) is not the one the reserve file remembers")
        }
        head = record.head
    }

    private mutating func agreesWithReserve(_ record: ChainedRecord) -> Bool {
        guard let reserve else { return true }
        let floor = reserve.superblock.floor
        if record.sequence == floor.sequence, record.hash != floor.hash { return false }
        while ringIndex < reserve.records.count, reserve.records[ringIndex].sequence < record.sequence {
            ringIndex += 1
        }
        guard ringIndex < reserve.records.count, reserve.records[ringIndex].sequence == record.sequence else {
            return true
        }
        return reserve.records[ringIndex].record.hash == record.hash
    }

    private mutating func note(_ text: String) { flaw = flaw ?? text }

    /// After the last row; `fault` is what reading them ended with, if it did not reach the end.
    public func verdict(fault: String? = nil) -> Verdict {
        guard let reserve else {
            if storeBase == nil, firstRow == nil, flaw == nil, fault == nil, reserveFlaw == nil {
                return .fresh
            }
            return .broken(reserveFlaw ?? "the reserve file is missing")
        }
        if let found = fault ?? flaw { return .broken(found) }
        if !reserve.isWhole { return .broken("the reserve file has lost its end") }
        if let storeBase {
            guard storeBase.openings <= reserve.superblock.openings,
                storeBase.base.sequence <= reserve.superblock.base.sequence
            else { return .broken("the reserve file is older than the store") }
        }
        guard head.sequence < reserve.head.sequence else { return .intact }
        var link = head
        var missing: [StoredRecord] = []
        for record in reserve.records where record.sequence > head.sequence {
            guard record.sequence == link.sequence + 1, record.record.previous == link.hash else { break }
            missing.append(record)
            link = record.record.head
        }
        guard link == reserve.head else {
            return .broken("records \(link.sequence + 1) to \(reserve.head.sequence) are missing")
        }
        return .behind(missing)
    }
}
