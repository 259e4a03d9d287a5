import CRocksDB

/// Someone else's hand in the store.
enum RocksTamper {
    static func delete(_ key: [UInt8], at path: String) {
        let options: OpaquePointer = rocksdb_options_create()
        let writing: OpaquePointer = rocksdb_writeoptions_create()
        defer {
            rocksdb_options_destroy(options)
            rocksdb_writeoptions_destroy(writing)
        }
        var error: UnsafeMutablePointer<CChar>?
        guard let database = rocksdb_open(options, path, &error) else {
            preconditionFailure("the store does not open: \(error.map { String(cString: $0) } ?? "?")")
        }
        key.withUnsafeBytes { bytes in
            rocksdb_delete(
                database, writing, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, &error
            )
        }
        precondition(error == nil)
        rocksdb_close(database)
    }
}
