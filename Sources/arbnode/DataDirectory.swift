import ArgumentParser
import Foundation

/// A node's data directory as people name it: itself, or what its configuration calls so, below which a node
/// keeps `live` and `paper` apart and a demo has `node`.
struct DataDirectory: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The data directory of a node, or the one its configuration names.", valueName: "dir"))
    var named: String

    /// Where its outbox, audit log and figures lie; as named, when nothing is found.
    var path: String { DataDirectory.holdsHistory(named) ? named : below.first ?? named }

    private var below: [String] {
        ["live", "paper", "node"].map { named + "/" + $0 }.filter(DataDirectory.holdsHistory)
    }

    func validate() throws {
        guard !DataDirectory.holdsHistory(named), below.count > 1 else { return }
        throw ValidationError("\(named) holds several: name \(below.joined(separator: " or ")).")
    }

    private static func holdsHistory(_ directory: String) -> Bool {
        ["outbox", "audit", "figures"].contains {
            FileManager.default.fileExists(atPath: directory + "/" + $0)
        }
    }
}
