import Configuration
import Foundation
import Synchronization

/// The product's own configuration, as the demo uses it, for any choice of venues and instruments: a
/// generated root file over the shipped `venues/` and `config/` files.
enum HouseConfiguration {
    struct Missing: Error { var what: String }

    /// Parsed once per choice; a simulation of thousands of seeds uses a dozen of them.
    private static let known = Mutex<[String: NodeConfiguration]>([:])

    /// - Parameter quotes: maker-taker as well, where a dead-man switch is.
    static func load(venues: [String], symbols: [String], quotes: Bool) throws -> NodeConfiguration {
        let key = (venues + symbols).joined(separator: " ") + (quotes ? " quotes" : "")
        if let configuration = known.withLock({ $0[key] }) { return configuration }
        guard let limits = HouseFiles.find("config/limits.yaml") else {
            throw Missing(what: "config/limits.yaml is not to be found from here or from beside the program")
        }
        let folder = URL(fileURLWithPath: limits).deletingLastPathComponent().path
        let source = OverlaySource(path: folder + "/simulated.yaml", text: text(venues, symbols, quotes))
        switch NodeConfiguration.load(path: source.path, source: source) {
        case .failure(let problems): throw Missing(what: "\(problems)")
        case .success(let configuration):
            known.withLock { $0[key] = configuration }
            return configuration
        }
    }

    private static func text(_ venues: [String], _ symbols: [String], _ quotes: Bool) -> String {
        var text = """
            include: limits.yaml
            node: 1
            mode: dry-run
            data_directory: ../data/simulated
            http: off
            instruments:

            """
        for symbol in symbols {
            text += "  - {symbol: \(symbol), price_scale: 2, quantity_scale: 8}\n"
        }
        text += "venues:\n"
        for venue in venues {
            text += "  - use: ../venues/\(venue).yaml\n"
            // The double's account is of the pro tier.
            if venue == "kraken" {
                text += "    query_budget: {capacity: 20, window: 20s, reserve: 0%}\n"
            }
        }
        text += """
            hedge:
              deadline: 120ms
              reprice_bound: 20bps
              other_venue_bound: 50bps
              unwind_bound: 100bps
              retry_every: 500ms
            strategies:
              taker_taker:

            """
        for symbol in symbols {
            text += """
                    - instrument: \(symbol)
                      owner: simulator
                      venues: all
                      minimum_edge: 1bps
                      pair_notional: 5000
                      depth_share: 80%
                      cooldown: 1500ms
                      slippage: 2bps

                """
        }
        if quotes { text += makerTaker(venues, symbols) }
        if !WorldPlan.perpetuals.isDisjoint(with: venues) { text += basis(venues, symbols) }
        return text
    }

    private static func basis(_ venues: [String], _ symbols: [String]) -> String {
        var text = "  basis:\n"
        for venue in venues where WorldPlan.perpetuals.contains(venue) {
            for symbol in symbols {
                text += """
                        - instrument: \(symbol)
                          owner: simulator
                          venues: all
                          perpetual: \(venue)
                          entry: 1bps
                          exit: -0.5bps
                          directions: both
                          pair_notional: 3000
                          position_notional: 20000
                          cooldown: 1s

                    """
            }
        }
        return text
    }

    private static func makerTaker(_ venues: [String], _ symbols: [String]) -> String {
        var text = "  maker_taker:\n"
        for venue in venues where WorldPlan.quotable.contains(venue) {
            for symbol in symbols {
                text += """
                        - instrument: \(symbol)
                          owner: simulator
                          venues: all
                          quote_venue: \(venue)
                          minimum_edge: 0.5bps
                          quote_notional: 2000
                          caution: 0%

                    """
            }
        }
        return text
    }
}

/// One generated file over the disk's.
private struct OverlaySource: ConfigurationSource {
    let path: String
    let text: String
    private let disk = DiskSource()

    func bytes(of path: String) -> Result<[UInt8], UnreadableFile> {
        path == self.path ? .success(Array(text.utf8)) : disk.bytes(of: path)
    }
    func exists(_ path: String) -> Bool { path == self.path || disk.exists(path) }
    func variable(_ name: String) -> String? { disk.variable(name) }
}
