import Configuration
import Foundation
import LiveWorld
import Runbooks

extension RunbookShelf {
    /// Where the package puts them.
    private static let installed = "/etc/arbnode/runbooks"

    /// Those that come with the product. Problems are told, and cost the runbooks, not the node.
    static func load() -> RunbookShelf {
        guard let folder = HouseFiles.find("runbooks") ?? HouseFiles.find(installed) else { return .empty }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            Terminal.say("no runbooks: \(error.localizedDescription)")
            return .empty
        }
        let paths = names.filter { $0.hasSuffix(".yaml") }.sorted().map { folder + "/" + $0 }
        switch RunbookReading.load(paths) {
        case .success(let runbooks): return RunbookShelf(runbooks) { HexDigest.of($0) }
        case .failure(let problems):
            Terminal.say("no runbooks:\n\(problems)")
            return .empty
        }
    }
}
