import Configuration
import Foundation
import Simulator

/// `Tests/Corpus/seeds.txt`, wherever this executable finds it.
struct CorpusFile {
    static let name = "Tests/Corpus/seeds.txt"

    let path: String
    private(set) var corpus: Corpus

    /// Nil when there is none.
    init?() throws(Complaint) {
        guard let path = HouseFiles.find(CorpusFile.name) else { return nil }
        self.path = path
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw .badData("\(path): \(error.localizedDescription)")
        }
        do throws(Corpus.Problem) { corpus = try Corpus(text) } catch {
            throw .badData("\(path): \(error)")
        }
    }

    /// Appends what it does not hold yet. Returns how many.
    mutating func keep(_ entries: [Corpus.Entry]) throws(Complaint) -> Int {
        var added = ""
        var count = 0
        for entry in entries where !corpus.holds(entry) {
            corpus.entries.append(entry)
            added += entry.line + "\n"
            count += 1
        }
        guard count > 0 else { return 0 }
        do {
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            let length = try file.seekToEnd()
            if length > 0 {
                // a file whose last line was left open by an editor
                try file.seek(toOffset: length - 1)
                if try file.read(upToCount: 1) != Data("\n".utf8) { added = "\n" + added }
            }
            try file.write(contentsOf: Data(added.utf8))
            try file.close()
        } catch { throw .cannotCreate("\(path): \(error.localizedDescription)") }
        return count
    }
}
