import Glibc
import Ports
import Recordings
import TradingModel

/// A run's tape: a folder of gzip files in `tape/` of the data directory, named by the run's beginning. What
/// was flushed can be read while the run goes on, and after its death.
///
/// All tapes together take `budget` bytes at most: those of the oldest runs go first. One run that takes all
/// of it by itself ends its own tape, because what is left of a tape without its beginning tells nothing.
final class TapeFile: TapeStore, @unchecked Sendable {
    struct Full: Error, CustomStringConvertible {
        var budget: Int
        var description: String {
            "this run's tape takes all of store.tape (\(budget >> 20) MiB) by itself: raise it"
        }
    }

    private let shelf: TapeShelf
    private let folder: String
    private let budget: Int
    private var file: CompressedFileWriter?
    private var closed = 0
    private var count = 0
    /// Of content, in the file that is open.
    private var content = 0

    /// A reader holds one file in memory.
    static let most = 32 << 20

    init(in data: String, budget: Int, at moment: Moment) throws(FileFault) {
        shelf = TapeShelf(in: data)
        self.budget = budget
        folder = "\(shelf.directory)/\(moment.milliseconds)"
        try DurableFile.makeDirectory(shelf.directory)
        try DurableFile.makeDirectory(folder)
    }

    func append(_ block: [UInt8]) throws {
        if content >= TapeFile.most { try endFile() }
        let file = try self.file ?? nextFile()
        self.file = file
        try file.write(block)
        try file.flush()
        content += block.count
    }

    func close() {
        // What was flushed is on the disk; a trailer that is missing is what a kill leaves as well.
        try? endFile()  // nobody can do anything about it here
    }

    private func endFile() throws(RecordingFault) {
        guard let file else { return }
        self.file = nil
        try file.close()
        closed += file.size
        content = 0
    }

    private func nextFile() throws -> CompressedFileWriter {
        try shelf.makeRoom(for: closed + TapeFile.most / 4, of: budget, sparing: folder)
        guard closed < budget else { throw Full(budget: budget) }
        count += 1
        let number = String(count)
        return try CompressedFileWriter(
            path: folder + "/" + String(repeating: "0", count: max(0, 6 - number.count)) + number + ".gz")
    }
}
