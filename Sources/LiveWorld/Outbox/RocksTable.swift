import CRocksDB
import Journal

/// The few RocksDB calls the outbox makes. Held under the outbox's lock.
final class RocksTable: @unchecked Sendable {
    struct Fault: Error, Hashable, Sendable {
        let text: String
    }

    enum Access {
        case create
        /// Changes nothing in the store's directory; RocksDB's own log goes to `logs`.
        case readOnly(logs: String)
    }

    private let database: OpaquePointer
    private let options: OpaquePointer
    private let synced: OpaquePointer
    /// For rows that are durable elsewhere.
    private let unsynced: OpaquePointer
    private let checked: OpaquePointer

    init(_ path: String, _ access: Access = .create) throws(Fault) {
        options = try RocksTable.makeOptions()
        synced = rocksdb_writeoptions_create()
        rocksdb_writeoptions_set_sync(synced, 1)
        unsynced = rocksdb_writeoptions_create()
        checked = rocksdb_readoptions_create()
        rocksdb_readoptions_set_verify_checksums(checked, 1)
        rocksdb_readoptions_set_fill_cache(checked, 0)
        var error: UnsafeMutablePointer<CChar>?
        let opened: OpaquePointer?
        switch access {
        case .create: opened = rocksdb_open(options, path, &error)
        case .readOnly(let logs):
            rocksdb_options_set_create_if_missing(options, 0)
            rocksdb_options_set_db_log_dir(options, logs)
            opened = rocksdb_open_for_read_only(options, path, 0, &error)
        }
        guard let opened, error == nil else {
            let fault = RocksTable.take(error)
            rocksdb_options_destroy(options)
            rocksdb_writeoptions_destroy(synced)
            rocksdb_writeoptions_destroy(unsynced)
            rocksdb_readoptions_destroy(checked)
            throw fault
        }
        database = opened
    }

    deinit {
        rocksdb_close(database)
        rocksdb_options_destroy(options)
        rocksdb_writeoptions_destroy(synced)
        rocksdb_writeoptions_destroy(unsynced)
        rocksdb_readoptions_destroy(checked)
    }

    /// Measured on 7.8.3: the default recovery mode opens a store with half its records after one flipped
    /// bit; this one refuses. A torn tail, which a crash leaves, it accepts, and the reserve file tells it
    /// from a lost record.
    private static func makeOptions() throws(Fault) -> OpaquePointer {
        let plain: OpaquePointer = rocksdb_options_create()
        defer { rocksdb_options_destroy(plain) }
        let options: OpaquePointer = rocksdb_options_create()
        var error: UnsafeMutablePointer<CChar>?
        // Has no call of its own in the C interface: after a failed write nothing resumes by itself.
        rocksdb_get_options_from_string(plain, "max_bgerror_resume_count=0", options, &error)
        if error != nil {
            rocksdb_options_destroy(options)
            throw take(error)
        }
        rocksdb_options_set_create_if_missing(options, 1)
        rocksdb_options_set_paranoid_checks(options, 1)
        rocksdb_options_set_wal_recovery_mode(
            options, Int32(rocksdb_tolerate_corrupted_tail_records_recovery))
        rocksdb_options_set_manual_wal_flush(options, 0)
        rocksdb_options_set_recycle_log_file_num(options, 0)
        rocksdb_options_set_compression(options, Int32(rocksdb_no_compression))
        // Memory that fills and is let go: with RocksDB's customary 16 MiB a node grows for an hour and more
        // before it shrinks, and nobody can tell that from a leak. Nor from descriptors that rise until ten
        // tables are open. Appends take no longer than with 4 MiB.
        rocksdb_options_set_write_buffer_size(options, 2 << 20)
        // RocksDB takes no fewer, and ten of them for tables. Rows come in the order of their keys, so that
        // tables are never merged, only discarded: descriptors would grow with them.
        rocksdb_options_set_max_open_files(options, 20)
        // In one shard, or each of sixteen keeps some of its own.
        rocksdb_options_set_table_cache_numshardbits(options, 0)
        rocksdb_options_set_keep_log_file_num(options, 4)
        rocksdb_options_set_max_log_file_size(options, 1 << 20)
        rocksdb_options_set_stats_dump_period_sec(options, 0)
        rocksdb_options_set_stats_persist_period_sec(options, 0)
        return options
    }

    /// Makes what it can of a store that does not open. To be called on a copy.
    static func repair(_ path: String) throws(Fault) {
        let options = try makeOptions()
        defer { rocksdb_options_destroy(options) }
        var error: UnsafeMutablePointer<CChar>?
        rocksdb_repair_db(options, path, &error)
        if error != nil { throw take(error) }
    }

    /// Writes all records, and the row before the first, or none. Unsynced, they outlive the process, but not
    /// a power cut before `sync`.
    func write(_ records: [StoredRecord], base: [UInt8]? = nil, isSynced: Bool = true) throws(Fault) {
        let batch: OpaquePointer = rocksdb_writebatch_create()
        defer { rocksdb_writebatch_destroy(batch) }
        if let base { RocksTable.put(batch, 0, base) }
        for record in records { RocksTable.put(batch, record.sequence, record.stored) }
        try commit(batch, isSynced ? synced : unsynced)
    }

    /// Everything written so far survives a power cut when it returns.
    func sync() throws(Fault) {
        var error: UnsafeMutablePointer<CChar>?
        rocksdb_flush_wal(database, 1, &error)
        if error != nil { throw RocksTable.take(error) }
    }

    /// Rows under consecutive keys, synced.
    func put(_ rows: [[UInt8]], from key: UInt64) throws(Fault) {
        let batch: OpaquePointer = rocksdb_writebatch_create()
        defer { rocksdb_writebatch_destroy(batch) }
        for (index, row) in rows.enumerated() { RocksTable.put(batch, key + UInt64(index), row) }
        try commit(batch, synced)
    }

    /// Deletes every record up to `sequence` and writes the row before the first, in one synced batch; then
    /// gives the room back.
    func discard(through sequence: UInt64, base: [UInt8]) throws(Fault) {
        let batch: OpaquePointer = rocksdb_writebatch_create()
        defer { rocksdb_writebatch_destroy(batch) }
        RocksTable.put(batch, 0, base)
        let (first, end) = (ChainedRecord.key(1), ChainedRecord.key(sequence + 1))
        RocksTable.characters(first) { first in
            RocksTable.characters(end) { end in
                rocksdb_writebatch_delete_range(batch, first, 8, end, 8)
            }
        }
        try commit(batch, synced)
        RocksTable.characters(first) { first in
            RocksTable.characters(end) { end in rocksdb_compact_range(database, first, 8, end, 8) }
        }
    }

    private func commit(_ batch: OpaquePointer, _ how: OpaquePointer) throws(Fault) {
        var error: UnsafeMutablePointer<CChar>?
        rocksdb_write(database, how, batch, &error)
        if error != nil { throw RocksTable.take(error) }
    }

    /// The stored bytes of a record; `nil` if there is none.
    func value(_ sequence: UInt64) throws(Fault) -> [UInt8]? {
        var error: UnsafeMutablePointer<CChar>?
        var length = 0
        let value = RocksTable.characters(ChainedRecord.key(sequence)) {
            rocksdb_get(database, checked, $0, 8, &length, &error)
        }
        if error != nil { throw RocksTable.take(error) }
        guard let value else { return nil }
        defer { rocksdb_free(value) }
        return Array(UnsafeRawBufferPointer(start: value, count: length))
    }

    /// Calls `body` with every pair in key order until it throws. Blocks are verified against their
    /// checksums.
    func scan(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void) throws {
        let iterator: OpaquePointer = rocksdb_create_iterator(database, checked)
        defer { rocksdb_iter_destroy(iterator) }
        rocksdb_iter_seek_to_first(iterator)
        while rocksdb_iter_valid(iterator) != 0 {
            var keyLength = 0
            var valueLength = 0
            let key = rocksdb_iter_key(iterator, &keyLength)
            let value = rocksdb_iter_value(iterator, &valueLength)
            try body(
                UnsafeRawBufferPointer(start: key, count: keyLength),
                UnsafeRawBufferPointer(start: value, count: valueLength))
            rocksdb_iter_next(iterator)
        }
        var error: UnsafeMutablePointer<CChar>?
        rocksdb_iter_get_error(iterator, &error)
        if error != nil { throw RocksTable.take(error) }
    }

    private static func put(_ batch: OpaquePointer, _ sequence: UInt64, _ value: [UInt8]) {
        characters(ChainedRecord.key(sequence)) { key in
            characters(value) { rocksdb_writebatch_put(batch, key, 8, $0, value.count) }
        }
    }

    private static func characters<Answer>(
        _ bytes: [UInt8], _ body: (UnsafePointer<CChar>?) -> Answer
    ) -> Answer {
        bytes.withUnsafeBytes { body($0.baseAddress?.assumingMemoryBound(to: CChar.self)) }
    }

    private static func take(_ error: UnsafeMutablePointer<CChar>?) -> Fault {
        guard let error else { return Fault(text: "the store did not open and gave no reason") }
        defer { rocksdb_free(error) }
        return Fault(text: String(cString: error))
    }
}
