import Ports
import SimulatedWorld
import Testing

/// One disk's life by seed: nodes open it, append, discard and die at any step; what they were told is kept
/// beside it.
struct DiskTrial {
    let seed: UInt64
    private var random: Words
    private let disk = SimulatedDisk()
    private var outbox: SimulatedOutbox?
    /// Rows somebody was told are safe, by sequence number.
    private var safe: [(sequence: UInt64, row: [UInt8])] = []
    /// Rows that were tried and not confirmed: they may turn up.
    private var tried: Set<[UInt8]> = []
    /// Rows before this one may be gone: discarding them was begun.
    private var discarded: UInt64 = 0
    private var written: UInt64 = 0
    private let longest: Int
    private var oldCopies: [(store: [UInt8]?, reserve: [UInt8]?)] = []

    init(seed: UInt64) {
        self.seed = seed
        random = Words(seed: seed)
        // Long rows go round the ring, short ones stay in it.
        longest = seed % 2 == 0 ? 60 : 5_000
    }

    /// A node works until it has had enough or is dead.
    mutating func live() throws {
        disk.onStep = nil
        if outbox == nil { outbox = try SimulatedOutbox(disk) }
        oldCopies.append((disk.bytes(of: .store), disk.bytes(of: .reserve)))
        disk.isFull = false
        disk.failsStore = false
        disk.failsReserve = false
        arm()
        for _ in 0..<random.below(40) where !disk.isDead { act() }
        if random.below(4) == 0, !disk.isDead {
            outbox?.close()
        }
    }

    private mutating func act() {
        guard let outbox else { return }
        switch random.below(20) {
        case 0: disk.isFull.toggle()
        case 1: disk.failsStore = random.below(4) == 0
        case 2: disk.failsReserve = random.below(8) == 0
        case 3:
            guard let newest = safe.last?.sequence else { return }
            let from = newest > 3 ? newest - UInt64(random.below(4)) : newest
            discarded = max(discarded, from)
            do throws(OutboxFault) { try outbox.discard(before: from) } catch { _ = error }
        case 4: do throws(OutboxFault) { try outbox.settle() } catch { _ = error }
        case 5...7: add { rows throws(OutboxFault) in try outbox.appendReserve(rows) }
        default: add { rows throws(OutboxFault) in try outbox.append(rows) }
        }
    }

    private mutating func add(_ append: ([[UInt8]]) throws(OutboxFault) -> UInt64) {
        var rows: [[UInt8]] = []
        for _ in 0..<(1 + random.below(4)) {
            written += 1
            let number = withUnsafeBytes(of: written.bigEndian) { Array($0) }
            rows.append(number + [UInt8](repeating: UInt8(written & 255), count: random.below(longest)))
        }
        do throws(OutboxFault) {
            let last = try append(rows)
            for (index, row) in rows.enumerated() {
                safe.append((last + 1 + UInt64(index) - UInt64(rows.count), row))
            }
        } catch { tried.formUnion(rows) }
    }

    private mutating func arm() {
        guard random.below(4) > 0 else { return }
        var left = random.below(120)
        disk.onStep = { [disk] _ in
            left -= 1
            if left < 0 { disk.isDead = true }
        }
    }

    mutating func crash() {
        let policies = SimulatedDisk.CrashPolicy.allCases
        disk.crash(keeping: policies[random.below(policies.count)], seed: random.next())
        outbox = nil
    }

    /// One fault in one file.
    mutating func rot() {
        let file: SimulatedDisk.File = random.below(2) == 0 ? .store : .reserve
        let length = disk.length(of: file)
        guard length > 0 else { return }
        switch random.below(5) {
        case 0: disk.cut(file, to: random.below(length))
        case 1: disk.delete(file)
        case 2:
            // As it was when some earlier node had just opened it.
            let copies = oldCopies.dropLast()
            guard !copies.isEmpty else { return }
            let copy = copies[random.below(copies.count)]
            disk.restore(file, to: file == .store ? copy.store : copy.reserve)
        default:
            // Most of a reserve file is empty; where something is, a bit matters.
            let range = file == .reserve && random.below(2) == 0 ? min(length, 40_000) : length
            disk.flip(bit: random.below(range * 8), of: file)
        }
    }

    /// Opens again, perhaps dying on the way a few times, and judges what is there.
    mutating func reopen() throws -> OutboxOpening.Condition {
        var attempts = random.below(3)
        while attempts > 0 {
            attempts -= 1
            arm()
            do throws(OutboxFault) { _ = try SimulatedOutbox(disk) } catch { _ = error }
            let policies = SimulatedDisk.CrashPolicy.allCases
            disk.crash(keeping: policies[random.below(policies.count)], seed: random.next())
        }
        disk.onStep = nil
        let opened = try SimulatedOutbox(disk)
        var found: [(sequence: UInt64, row: [UInt8])] = []
        try opened.readAll { found.append(($0, $1)) }
        #expect(UInt64(found.count) == opened.opening.rows, "seed \(seed)")
        if case .damaged = opened.opening.condition {
            // From here on what was salvaged counts.
            safe = found
            tried = []
            discarded = 0
            oldCopies = []
        } else {
            judge(found)
        }
        outbox = opened
        return opened.opening.condition
    }

    private mutating func judge(_ found: [(sequence: UInt64, row: [UInt8])]) {
        let rows = Dictionary(uniqueKeysWithValues: found.map { ($0.sequence, $0.row) })
        for (sequence, row) in safe where sequence >= discarded {
            #expect(rows[sequence] == row, "seed \(seed): acknowledged row \(sequence)")
        }
        let known = Set(safe.map(\.row))
        for (sequence, row) in found where !known.contains(row) {
            #expect(tried.contains(row), "seed \(seed): row \(sequence) was never written")
        }
        let firstFound = found.first?.sequence ?? 1
        safe = safe.filter { $0.sequence >= firstFound }
        // What turned up is there from now on.
        for entry in found where !known.contains(entry.row) { safe.append(entry) }
        safe.sort { $0.sequence < $1.sequence }
    }
}

/// SplitMix64: the same seed, the same trial.
struct Words {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }
}
