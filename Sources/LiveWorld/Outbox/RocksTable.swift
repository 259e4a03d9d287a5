import CRocksDB

/// The few RocksDB calls the outbox makes. Held under the outbox's lock.
final class RocksTable: @unchecked Sendable {
    struct Fault: Error, Hashable, Sendable {
        let text: String
    }

    private let database: OpaquePointer
    private let options: OpaquePointer
    private let synced: OpaquePointer
    private let checked: OpaquePointer

    init(_ path: String) throws(Fault) {
        options = RocksTable.makeOptions()
        synced = rocksdb_writeoptions_create()
        rocksdb_writeoptions_set_sync(synced, 1)
        checked = rocksdb_readoptions_create()
        rocksdb_readoptions_set_verify_checksums(checked, 1)
        rocksdb_readoptions_set_fill_cache(checked, 0)
        var error: UnsafeMutablePointer<CChar>?
        let opened = rocksdb_open(options, path, &error)
        guard let opened, error == nil else {
            let fault = RocksTable.take(error)
            rocksdb_options_destroy(options)
            rocksdb_writeoptions_destroy(synced)
            rocksdb_readoptions_destroy(checked)
            throw fault
        }
        database = opened
    }

    deinit {
        rocksdb_close(database)
        rocksdb_options_destroy(options)
        rocksdb_writeoptions_destroy(synced)
        rocksdb_readoptions_destroy(checked)
    }

    /// Measured on 7.8.3: the default recovery mode opens a store with half its records after one flipped
    /// bit; this one refuses. A torn tail, which a crash leaves, it accepts, and the head mirror tells it
    /// from a lost record.
    private static func makeOptions() -> OpaquePointer {
        let options: OpaquePointer = rocksdb_options_create()
        rocksdb_options_set_create_if_missing(options, 1)
        rocksdb_options_set_paranoid_checks(options, 1)
        rocksdb_options_set_wal_recovery_mode(
            options, Int32(rocksdb_tolerate_corrupted_tail_records_recovery))
        rocksdb_options_set_manual_wal_flush(options, 0)
        rocksdb_options_set_recycle_log_file_num(options, 0)
        rocksdb_options_set_compression(options, Int32(rocksdb_no_compression))
        rocksdb_options_set_write_buffer_size(options, 16 << 20)
        rocksdb_options_set_max_open_files(options, 256)
        rocksdb_options_set_keep_log_file_num(options, 4)
        rocksdb_options_set_max_log_file_size(options, 1 << 20)
        rocksdb_options_set_stats_dump_period_sec(options, 0)
        rocksdb_options_set_stats_persist_period_sec(options, 0)
        return options
    }

    /// Writes all pairs or none; synced when it returns.
    func write(_ pairs: [(key: [UInt8], value: [UInt8])]) throws(Fault) {
        let batch: OpaquePointer = rocksdb_writebatch_create()
        defer { rocksdb_writebatch_destroy(batch) }
        for pair in pairs {
            pair.key.withUnsafeBytes { key in
                pair.value.withUnsafeBytes { value in
                    rocksdb_writebatch_put(
                        batch, key.baseAddress?.assumingMemoryBound(to: CChar.self), key.count,
                        value.baseAddress?.assumingMemoryBound(to: CChar.self), value.count)
                }
            }
        }
        var error: UnsafeMutablePointer<CChar>?
        rocksdb_write(database, synced, batch, &error)
        if error != nil { throw RocksTable.take(error) }
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

    private static func take(_ error: UnsafeMutablePointer<CChar>?) -> Fault {
        guard let error else { return Fault(text: "the store did not open and gave no reason") }
        defer { rocksdb_free(error) }
        return Fault(text: String(cString: error))
    }
}
