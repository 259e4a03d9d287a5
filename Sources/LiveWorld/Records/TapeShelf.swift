import Glibc
import TradingModel

/// The tapes of a data directory, one a run.
public struct TapeShelf: Sendable {
    public struct Tape: Hashable, Sendable {
        public var began: Moment
        /// In order.
        public var files: [String]
        /// On the disk.
        public var bytes: Int
        var folder: String
    }

    let directory: String

    public init(in data: String) { directory = data + "/tape" }

    /// Oldest first; none where nothing was ever taped.
    public func tapes() throws(FileFault) -> [Tape] {
        var tapes: [Tape] = []
        for name in try TapeShelf.names(in: directory) {
            guard let milliseconds = Int64(name), milliseconds < .max / 1_000_000 else { continue }
            let folder = directory + "/" + name
            let files = try TapeShelf.names(in: folder).filter { $0.hasSuffix(".gz") }.map {
                folder + "/" + $0
            }
            tapes.append(
                Tape(
                    began: Moment(nanoseconds: milliseconds * 1_000_000), files: files,
                    bytes: files.reduce(0) { $0 + TapeShelf.size(of: $1) }, folder: folder))
        }
        return tapes.sorted { $0.began < $1.began }
    }

    /// Removes whole tapes, oldest first, until there is room for `size` bytes.
    func makeRoom(for size: Int, of budget: Int, sparing folder: String) throws(FileFault) {
        var others = try tapes().filter { $0.folder != folder }
        var taken = others.reduce(0) { $0 + $1.bytes }
        while !others.isEmpty, taken + size > budget {
            let oldest = others.removeFirst()
            taken -= oldest.bytes
            do throws(OutboxFileFault) { try OutboxFiles.removeTree(oldest.folder) } catch {
                throw FileFault(path: oldest.folder, detail: error.text)
            }
        }
    }

    /// Sorted; none where there is no such folder.
    private static func names(in folder: String) throws(FileFault) -> [String] {
        do throws(OutboxFileFault) { return try OutboxFiles.names(folder) ?? [] } catch {
            throw FileFault(path: folder, detail: error.text)
        }
    }

    private static func size(of path: String) -> Int {
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : 0
    }
}
