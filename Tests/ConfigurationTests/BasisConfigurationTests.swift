import Configuration
import Engine
import Risk
import Strategies
import Testing
import TradingModel
import VenueKit

/// The shipped configuration of spot against perpetuals, and what is refused in one like it.
@Suite struct BasisConfigurationTests {
    private static let folder = ShippedFilesTests.root + "/config"

    /// `config/basis.yaml` with one text replaced, over the disk's other files.
    private struct Changed: ConfigurationSource {
        let disk = DiskSource()
        let old: String
        let new: String

        func bytes(of path: String) -> Result<[UInt8], UnreadableFile> {
            guard path.hasSuffix("config/basis.yaml") || path.hasSuffix("venues/okx-swap.yaml") else {
                return disk.bytes(of: path)
            }
            return disk.bytes(of: path).map { bytes in
                Array(String(decoding: bytes, as: UTF8.self).replacing(old, with: new).utf8)
            }
        }
        func exists(_ path: String) -> Bool { disk.exists(path) }
        func variable(_ name: String) -> String? { disk.variable(name) }
    }

    private func problems(_ old: String, _ new: String) -> [String] {
        let path = BasisConfigurationTests.folder + "/basis.yaml"
        guard
            case .failure(let problems) = NodeConfiguration.load(
                path: path, source: Changed(old: old, new: new))
        else { return [] }
        return problems.list.map(\.message)
    }

    @Test func `it loads, with margin and contracts where perpetuals are`() throws {
        let loaded = try NodeConfiguration.load(path: BasisConfigurationTests.folder + "/basis.yaml").get()
        let policy = loaded.policy
        #expect(
            policy.venues.map(\.name) == ["binance-spot", "okx", "bybit", "okx-swap", "bybit-linear"])
        #expect(policy.venues.map { $0.margin?.leverage } == [nil, nil, nil, 3, 3])
        let kinds = policy.venues.map { $0.listings.map(\.kind) }
        #expect(kinds[3] == [.perpetual(contractDecimals: 2), .perpetual(contractDecimals: 1)])
        #expect(kinds[4] == [.perpetual(contractDecimals: 0), .perpetual(contractDecimals: 0)])
        #expect(policy.takerTaker.map { $0.basis?.perpetual } == [VenueID(3), VenueID(4)])
        // `all` is every spot venue and the one perpetual.
        #expect(policy.takerTaker[0].manifest.venues == Set([0, 1, 2, 3].map { VenueID($0) }))
        #expect(policy.strategyNames == ["basis BTC-USDT okx-swap", "basis ETH-USDT bybit-linear"])
        let passphrases = loaded.venues.map { $0.credentials.passphrase != nil }
        #expect(passphrases == [false, true, false, true, false])
    }

    @Test(arguments: [
        ("exit: -1bps", "exit: -3bps", "entry and exit together must be above zero"),
        ("perpetual: okx-swap", "perpetual: okx", "okx lists no perpetuals"),
        ("perpetual: okx-swap", "perpetual: okx-swop", "not among this node's venues"),
        ("venues: all", "venues: [okx, bybit]", "is not among this strategy's venues"),
        ("position_notional: 20000", "position_notional: 1999", "must not exceed position_notional (1999)"),
        ("pair_notional: 2000", "pair_notional: 99999999", "must not exceed limits.order_notional"),
        ("funding_payments: 0", "funding_payments: -1", "between 0 and 1000"),
        ("directions: both", "directions: long", "expected one of short-perpetual, both"),
        ("leverage: 3", "leverage: 11", "between 1 and 10"),
        ("perpetual:\n", "perpetuals:\n", "`venues.okx-swap.perpetual` is missing"),
        ("contract: 0.01", "contract: 0.02", "expected one of 1, 0.1, 0.01"),
        ("    contract: 0.01\n", "", "`venues.okx-swap.symbols.BTC-USDT.contract` is missing"),
        ("venue: okx-swap", "venue: okx", "okx lists no perpetuals"),
    ])
    func `what cannot be meant is refused`(old: String, new: String, says: String) {
        let found = problems(old, new)
        #expect(found.contains { $0.contains(says) }, "found: \(found)")
    }

    @Test(arguments: ["taker_taker", "maker_taker"])
    func `other strategies may not name a perpetual: nothing would bound its position`(kind: String) {
        let lines =
            kind == "taker_taker"
            ? "minimum_edge: 1bps\n      pair_notional: 1000"
            : "quote_venue: okx\n      minimum_edge: 1bps\n      quote_notional: 1000"
        let item =
            "strategies:\n  \(kind):\n    - instrument: BTC-USDT\n      owner: ann\n"
            + "      venues: [okx, okx-swap]\n      \(lines)\n"
        let found = problems("strategies:\n", item)
        #expect(found.contains { $0.contains("okx-swap lists perpetuals: those are for `basis`") })
    }

    @Test func `segments of one house may not share a key, venues of two houses may`() {
        func faults(_ keys: [(String, String?)]) -> [String] {
            CredentialNames.shared(keys.map { (venue: $0.0, apiKey: $0.1) })
        }
        #expect(faults([("binance-spot", "a"), ("okx", "a"), ("bybit", "a"), ("kraken", nil)]).isEmpty)
        #expect(faults([("okx", "a"), ("okx-swap", "b"), ("bybit-linear", "a")]).isEmpty)
        let found = faults([("okx", "secret-key"), ("okx-swap", "secret-key")])
        #expect(found.count == 1 && found[0].hasPrefix("okx and okx-swap have the same API key"))
        #expect(!found[0].contains("secret-key"))
    }
}
