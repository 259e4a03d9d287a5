import Configuration
import Foundation
import Runbooks
import SimulatedWorld
import TradingModel

/// Every runbook rehearsed in whole simulated nodes.
public enum Drills {
    public struct Missing: Error {
        public var what: String
    }

    /// The runbooks that come with the product.
    public static func shelf() throws -> RunbookShelf {
        guard let folder = HouseFiles.find("runbooks") else { throw Missing(what: "no folder runbooks/") }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let paths = names.filter { $0.hasSuffix(".yaml") }.sorted().map { folder + "/" + $0 }
        switch RunbookReading.load(paths) {
        case .success(let runbooks): return RunbookShelf(runbooks, digest: digest)
        case .failure(let problems): throw Missing(what: "\(problems)")
        }
    }

    /// By runbook; each of the product's has one.
    public static var names: [String] { DrillBook.all.map(\.runbook) }

    /// Rehearses one runbook from its trigger to its end.
    public static func rehearse(_ runbook: String, _ shelf: RunbookShelf) -> DrillOutcome {
        DrillRehearsal(drill: drill(runbook), shelf: shelf, cut: nil).run()
    }

    /// The same with the node killed at one row of its runs, before it is durable or after.
    public static func rehearse(
        _ runbook: String, _ shelf: RunbookShelf, killedAt row: Int, durable: Bool
    ) -> DrillOutcome {
        let cut = DrillCut(row: row, side: durable ? .after : .before)
        return DrillRehearsal(drill: drill(runbook), shelf: shelf, cut: cut).run()
    }

    private static func drill(_ runbook: String) -> Drill {
        guard let drill = DrillBook.all.first(where: { $0.runbook == runbook }) else {
            preconditionFailure("\(runbook) has a drill")
        }
        return drill
    }

    /// Stands in for SHA-256, which the live node has from its adapter: FNV-1a, 64 bits.
    private static let digest: @Sendable ([UInt8]) -> String = { bytes in
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(repeating: "0", count: hash.leadingZeroBitCount / 4) + String(hash, radix: 16)
    }
}
