import Ports
import SimulatedWorld
import Testing

/// Whole outboxes on simulated disks against the simplest model there is: the list of rows somebody was told
/// are safe.
@Suite struct `An outbox on a disk that fails` {
    @Test(arguments: 0..<6)
    func `crashes alone never lose an acknowledged row and never look like damage`(_ block: Int) throws {
        for seed in 0..<10 {
            var trial = DiskTrial(seed: UInt64(block * 10 + seed))
            for _ in 0..<4 {
                try trial.live()
                trial.crash()
                let condition = try trial.reopen()
                if case .damaged(let text) = condition {
                    Issue.record("seed \(trial.seed): damaged by a crash alone: \(text)")
                }
            }
        }
    }

    @Test(arguments: 0..<6)
    func `rot, cuts, deletions and old copies end in every row or in damage told`(_ block: Int) throws {
        for seed in 0..<10 {
            var trial = DiskTrial(seed: 1_000_000 + UInt64(block * 10 + seed))
            for _ in 0..<4 {
                try trial.live()
                trial.crash()
                trial.rot()
                _ = try trial.reopen()
            }
        }
    }

    @Test func `the faults of these trials come to all three conditions`() throws {
        var seen: Set<String> = []
        for seed in 0..<40 {
            var trial = DiskTrial(seed: 2_000_000 + UInt64(seed))
            for _ in 0..<4 {
                try trial.live()
                trial.crash()
                trial.rot()
                switch try trial.reopen() {
                case .intact: seen.insert("intact")
                case .repaired: seen.insert("repaired")
                case .damaged: seen.insert("damaged")
                }
            }
        }
        #expect(seen == ["intact", "repaired", "damaged"])
    }

    @Test func `the count of openings survives the loss of every row`() throws {
        let disk = SimulatedDisk()
        for expected in 1...5 {
            #expect(try SimulatedOutbox(disk).opening.openings == UInt64(expected))
        }
        disk.delete(.store)
        #expect(try SimulatedOutbox(disk).opening.openings == 6)
        disk.delete(.reserve)
        let opening = try SimulatedOutbox(disk).opening
        #expect(opening.openings == 7)
        guard case .damaged = opening.condition else {
            Issue.record("\(opening)")
            return
        }
    }

    @Test func `damage is told again until something is appended`() throws {
        let disk = SimulatedDisk()
        _ = try SimulatedOutbox(disk).append([[1], [2]])
        disk.delete(.reserve)
        for _ in 0..<3 {
            guard case .damaged = try SimulatedOutbox(disk).opening.condition else {
                Issue.record("forgotten")
                return
            }
        }
        let outbox = try SimulatedOutbox(disk)
        _ = try outbox.append([[3]])
        try outbox.absorb()
        #expect(try SimulatedOutbox(disk).opening.condition == .intact)
    }

    @Test func `rows are safe in the reserve file at once, and in the store once it has settled`() throws {
        for settles in [false, true] {
            let disk = SimulatedDisk()
            let outbox = try SimulatedOutbox(disk)
            _ = try outbox.append([[1], [2]])
            if settles { try outbox.settle() }
            disk.crash(keeping: .synced, seed: 1)
            #expect(disk.rows == (settles ? [[1], [2]] : []))
            let again = try SimulatedOutbox(disk)
            #expect(again.opening.rows == 2)
            #expect((again.opening.condition == .intact) == settles)
        }
    }

    @Test func `a base that moves leaves rows that only the reserve file holds above its floor`() throws {
        let disk = SimulatedDisk()
        let outbox = try SimulatedOutbox(disk)
        _ = try outbox.append([[1], [2], [3]])
        try outbox.discard(before: 2)
        _ = try outbox.append([[4]])
        disk.crash(keeping: .synced, seed: 1)
        let again = try SimulatedOutbox(disk)
        var rows: [[UInt8]] = []
        try again.readAll { rows.append($1) }
        #expect(rows == [[2], [3], [4]])
    }

    @Test func `a store without room refuses while the reserve file takes rows, and takes them over later`()
        throws
    {
        let disk = SimulatedDisk()
        let outbox = try SimulatedOutbox(disk)
        _ = try outbox.append([[1]])
        #expect(disk.rows == [])
        try outbox.absorb()
        disk.isFull = true
        #expect(outbox.space == .exhausted)
        #expect(throws: OutboxFault.self) { try outbox.append([[2]]) }
        #expect(try outbox.appendReserve([[3], [4]]) == 3)
        #expect(disk.rows == [[1]])
        disk.isFull = false
        #expect(try outbox.append([[5]]) == 4)
        try outbox.absorb()
        #expect(disk.rows == [[1], [3], [4], [5]])
    }

    @Test func `the reserve file is bounded by rows the store does not hold`() throws {
        let disk = SimulatedDisk()
        let outbox = try SimulatedOutbox(disk)
        disk.isFull = true
        let row = [UInt8](repeating: 7, count: 4_000)
        var taken = 0
        var fault: OutboxFault?
        while fault == nil {
            do throws(OutboxFault) {
                _ = try outbox.appendReserve([row])
                taken += 1
            } catch { fault = error }
        }
        #expect((40...70).contains(taken))
        disk.isFull = false
        _ = try outbox.append([[1]])
        try outbox.absorb()
        #expect(disk.rows.count == taken + 1)
        #expect(try outbox.appendReserve([row]) == UInt64(taken + 2))
    }
}
