import Foundation
import Ports
import Testing

@testable import LiveWorld

@Suite struct `A backup of a data directory` {
    private struct Place {
        let stand: OutboxStand
        let backup: String
        let restored: String

        init(rows: Int) throws {
            stand = try OutboxStand()
            try stand.fill(rows)
            try stand.write("notes.txt", Array("kept beside the outbox".utf8))
            backup = stand.scratch.file("../\(UUID().uuidString)-backup")
            restored = backup + "-restored"
        }

        var directory: String { stand.scratch.file("") }
        func create() throws -> DataBackup.Summary { try DataBackup.create(of: directory, in: backup) }
        func clear() throws {
            for path in [backup, restored] where FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
            }
        }
    }

    @Test func `put back holds every row, and a node goes on with it`() throws {
        let place = try Place(rows: 80)
        defer { try? place.clear() }  // a leftover in the scratch folder harms nobody
        let made = try place.create()
        #expect(made.audit.rows == 80)
        let verified = try DataBackup.verify(place.backup)
        #expect(verified == made)
        let back = try DataBackup.restore(place.backup, to: place.restored)
        #expect(back == made)
        #expect(
            try String(contentsOfFile: place.restored + "/notes.txt", encoding: .utf8)
                == "kept beside the outbox")
        let outbox = try RocksOutbox(directory: place.restored, limits: OutboxStand.limits)
        #expect(try OutboxStand.rows(of: outbox) == (0..<80).map { OutboxStand.row($0) })
        #expect(try outbox.append([OutboxStand.row(80)]) == 81)
        outbox.close()
    }

    @Test func `is refused while a node runs, and where something is there already`() throws {
        let place = try Place(rows: 3)
        defer { try? place.clear() }  // a leftover in the scratch folder harms nobody
        let outbox = try place.stand.open()
        #expect(throws: DataBackup.Fault.inUse(place.directory, by: getpid())) { try place.create() }
        outbox.close()
        _ = try place.create()
        #expect(throws: DataBackup.Fault.targetTaken(place.backup)) { try place.create() }
        #expect(throws: DataBackup.Fault.targetTaken(place.directory)) {
            try DataBackup.restore(place.backup, to: place.directory)
        }
    }

    @Test func `tells of every byte that was altered, lost or added`() throws {
        let place = try Place(rows: 20)
        defer { try? place.clear() }  // a leftover in the scratch folder harms nobody
        _ = try place.create()
        let notes = URL(fileURLWithPath: place.backup + "/notes.txt")
        let before = try Data(contentsOf: notes)
        for place in before.indices {
            var altered = before
            altered[place] ^= 1
            try altered.write(to: notes)
            expectAltered(["notes.txt"], notes)
        }
        try FileManager.default.removeItem(at: notes)
        expectAltered(["notes.txt"], notes)
        try before.write(to: notes)
        let stranger = notes.deletingLastPathComponent().appending(path: "outbox/stranger")
        try before.write(to: stranger)
        expectAltered(["outbox/stranger"], notes)
        try FileManager.default.removeItem(at: stranger)
        _ = try DataBackup.verify(place.backup)
    }

    private func expectAltered(_ paths: [String], _ file: URL) {
        #expect(throws: DataBackup.Fault.altered(paths)) {
            try DataBackup.verify(file.deletingLastPathComponent().path)
        }
    }

    @Test func `without a manifest is none`() throws {
        let stand = try OutboxStand()
        try stand.fill(1)
        let fault = #expect(throws: DataBackup.Fault.self) { try DataBackup.verify(stand.scratch.file("")) }
        guard case .notABackup = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }
}
