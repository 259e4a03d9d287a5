import Configuration
import Engine
import Foundation
import Hedging
import Risk
import Strategies
import Testing
import TradingModel
import VenueKit

@Suite struct LoadingTests {
    private static func amount(_ text: String) throws -> Amount { try Amount(text: text) }

    @Test func `a node may switch a venue's dead-man switch and set its times`() throws {
        let loaded = try SampleNode.source.load().get()
        let sixty = DeadManRule(trigger: .timer, window: .seconds(60), refresh: .seconds(15))
        #expect(loaded.venues.map(\.profile.deadMan) == [sixty, nil])
        var source = SampleNode.source
        source.files["config/node.yaml"] = SampleNode.node.replacing(
            "    ca: test-ca.pem", with: "    ca: test-ca.pem\n    dead_man: {switch: on, refresh: 30s}")
        let changed = try source.load().get().venues[1].profile.deadMan
        #expect(changed == DeadManRule(trigger: .timer, window: .seconds(60), refresh: .seconds(30)))
    }

    @Test func `a venue that has no dead-man switch cannot be given one`() throws {
        let path = "\(ShippedFilesTests.root)/venues/binance-spot.yaml"
        let source = TableSource(files: [
            "venue.yaml": try String(contentsOfFile: path, encoding: .utf8)
                + "\ndead_man: {switch: off, shortest: 1s, longest: 2s, window: 2s, refresh: 1s}\n"
        ])
        guard case .failure(let problems) = VenueSheet.load(path: "venue.yaml", source: source) else {
            Issue.record("accepted")
            return
        }
        #expect(problems.list.map(\.message) == ["`dead_man`: binance-spot has no dead-man switch"])
    }

    @Test func `every value of the sample arrives in its policy`() throws {
        let loaded = try SampleNode.source.load().get()
        #expect(loaded.mode == .dryRun)
        #expect(loaded.dataDirectory == "data")
        #expect(loaded.http == HTTPAddress(host: "127.0.0.1", port: 8180))
        #expect(loaded.credentialsFile == nil)
        #expect(
            loaded.store == NodeConfiguration.Store(lowWater: 512 << 20, ballast: 128 << 20, tape: 4 << 30))
        let policy = loaded.policy
        #expect(policy.node == 7)
        let bitcoin = Instrument(
            id: InstrumentID(0), base: Asset("BTC"), quote: Asset("USDT"), priceScale: 2, quantityScale: 8)
        #expect(policy.instruments == [bitcoin])
        let limits = RiskLimits(
            orderNotional: try LoadingTests.amount("25000"), orderQuantity: [Quantity(raw: 50_000_000)],
            positionNotional: try LoadingTests.amount("100000"),
            exposureNotional: try LoadingTests.amount("100000.25"), priceCollar: Rate(raw: 1_000_000),
            bookAge: .seconds(2), ordersPerSecond: 20, reducedDivisor: 4)
        #expect(policy.limits == limits)
        let hedge = HedgePolicy(
            deadline: .milliseconds(120), repriceBound: Rate(raw: 200_000),
            otherVenueBound: Rate(raw: 500_000),
            unwindBound: Rate(raw: 1_000_000), retryEvery: .milliseconds(500))
        #expect(policy.hedge == hedge)
        let strategy = TakerTakerPolicy(
            instrument: InstrumentID(0), minimumEdge: Rate(raw: 25_000),
            pairNotional: try LoadingTests.amount("5000"),
            depthShare: 80, cooldown: .milliseconds(200), slippage: Rate(raw: 20_000),
            manifest: StrategyManifest(owner: "ann"))
        #expect(policy.takerTaker == [strategy])
        #expect(policy.makerTaker.isEmpty)
        #expect(policy.venues.map(\.name) == ["okx", "kraken"])
        #expect(policy.venues.map(\.proof) == [.previousLink, .checksum])
        #expect(policy.venues.map(\.bookDepth) == [400, 100])
        #expect(policy.venues.map(\.listings) == loaded.venues.map(\.listings))
    }

    @Test func `every value of a venue file arrives in its profile and listings`() throws {
        let venue = try SampleNode.source.load().get().venues[0]
        let profile = venue.profile
        #expect(profile.name == "okx")
        #expect(profile.restOrigin == "https://www.okx.com")
        #expect(profile.publicURL == "wss://ws.okx.com:8443/ws/v5/public")
        #expect(profile.privateURL == "wss://ws.okx.com:8443/ws/v5/private")
        #expect(profile.proof == .previousLink)
        #expect(profile.bookDepth == 400)
        #expect(profile.receiveWindow == .seconds(5))
        #expect(profile.retryClass == .duplicateIsProof)
        #expect(profile.ambiguousCodes == ["50004", "51149"])
        #expect(profile.duplicateCodes == ["51016"])
        // 30 % of 61 is 18.3: a reserve is rounded up.
        #expect(profile.budget == RateBudgetRule(capacity: 61, window: .seconds(2), reserve: 19))
        #expect(profile.keepAliveEvery == .seconds(15))
        #expect(profile.silence == .seconds(30))
        let listing = try #require(venue.listings.first)
        #expect(listing.venue == VenueID(0))
        #expect(listing.symbol == "BTC-USDT")
        #expect(listing.tick == Price(raw: 10))
        #expect(listing.lot == Quantity(raw: 1))
        #expect(listing.minimumQuantity == Quantity(raw: 1_000))
        #expect(listing.maximumQuantity == Quantity(raw: 999_999_999_900_000_000))
        #expect(listing.minimumNotional == .zero)
        #expect(listing.takerFee == Rate(raw: 100_000))
        #expect(listing.makerFee == Rate(raw: 80_000))
        #expect(listing.buyFeeInBase)
        #expect(venue.caFile == nil)
        #expect(venue.credentials.apiKey == "ARBNODE_OKX_API_KEY")
        #expect(venue.credentials.secret == "ARBNODE_OKX_SECRET")
        #expect(venue.credentials.passphrase == "ARBNODE_OKX_PASSPHRASE")
    }

    @Test func `a node may override a venue's endpoints and trust another CA`() throws {
        let venue = try SampleNode.source.load().get().venues[1]
        #expect(venue.profile.restOrigin == "https://localhost:9443")
        #expect(venue.profile.publicURL == "wss://ws.kraken.com/v2")
        #expect(venue.caFile == "config/test-ca.pem")
        #expect(venue.credentials.passphrase == nil)
        #expect(CredentialNames(venue: "binance-spot").secret == "ARBNODE_BINANCE_SPOT_SECRET")
        #expect(venue.listings.map(\.buyFeeInBase) == [false])
    }

    @Test func `without a mode the node is dry, and what has a default may be left out`() throws {
        var source = SampleNode.source
        source.files["config/node.yaml"] = """
            include: limits.yaml
            node: 1
            data_directory: /var/lib/arbnode
            instruments: [{symbol: BTC-USDT, price_scale: 2, quantity_scale: 8}]
            venues: [../venues/okx.yaml]
            rules: none
            """
        let loaded = try source.load().get()
        #expect(loaded.mode == .dryRun)
        #expect(loaded.http == HTTPAddress(host: "127.0.0.1", port: 8180))
        #expect(loaded.policy.hedge == HedgePolicy())
        #expect(loaded.policy.takerTaker == [])
        #expect(loaded.dataDirectory == "/var/lib/arbnode")
        let deadline = loaded.document.values.first { $0.key == "hedge.deadline" }
        #expect(deadline?.text == "120ms")
        #expect(deadline?.origin.description == "default")
    }

    @Test(arguments: [("off", nil), ("[::1]:0", "[::1]:0"), ("localhost:80", "localhost:80")])
    func `http is an address or off`(_ text: String, _ address: String?) throws {
        var source = SampleNode.source
        source.files["config/node.yaml"] = SampleNode.node.replacing(
            "http: 127.0.0.1:8180", with: "http: '\(text)'")
        #expect(try source.load().get().http?.description == address)
    }

    @Test func `a file's own keys win over what it includes, and the origin says which`() throws {
        var source = SampleNode.source
        source.files["config/node.yaml"] = SampleNode.node + "limits:\n  order_notional: 6000\n"
        let loaded = try source.load().get()
        #expect(loaded.policy.limits.orderNotional == (try LoadingTests.amount("6000")))
        #expect(loaded.policy.limits.bookAge == .seconds(2))
        let origins = Dictionary(
            uniqueKeysWithValues: loaded.document.values.map { ($0.key, $0.origin.description) })
        let lines = SampleNode.node.split(separator: "\n", omittingEmptySubsequences: false).count
        #expect(origins["limits.order_notional"] == "config/node.yaml:\(lines + 1)")
        #expect(origins["limits.book_age"] == "config/limits.yaml:8")
        #expect(origins["venues.kraken.endpoints.rest"] == "config/node.yaml:15")
        #expect(origins["venues.kraken.endpoints.public"] == "venues/kraken.yaml:3")
    }

    @Test func `two included files may not set the same key`() {
        var source = SampleNode.source
        source.files["config/node.yaml"] = SampleNode.node.replacing(
            "include: limits.yaml", with: "include: [limits.yaml, tighter.yaml]")
        source.files["config/tighter.yaml"] = "limits:\n  book_age: 1s\n"
        let problems = source.load().problems
        #expect(
            problems.map(\.description) == [
                "config/tighter.yaml:2:13: `limits.book_age` is set here and in "
                    + "config/limits.yaml:8:13: keep one"
            ])
    }

    @Test func `environment variables fill values, and the origin says so`() throws {
        var source = SampleNode.source
        source.environment = ["STATE": "/var/lib", "NODE": "12"]
        source.files["config/node.yaml"] = SampleNode.node
            .replacing("../data", with: "${STATE}/arbnode-${NODE}").replacing(
                "node: 7", with: "node: ${NODE}")
        let loaded = try source.load().get()
        #expect(loaded.dataDirectory == "/var/lib/arbnode-12")
        #expect(loaded.policy.node == 12)
        let origin = loaded.document.values.first { $0.key == "data_directory" }?.origin.description
        #expect(origin == "config/node.yaml:4 via ${STATE}, ${NODE}")
    }

    @Test func `a variable's value is text, never more YAML`() {
        var source = SampleNode.source
        source.environment = ["MODE": "dry-run\nlimits: {}"]
        source.files["config/node.yaml"] = SampleNode.node.replacing("mode: dry-run", with: "mode: ${MODE}")
        #expect(
            source.load().problems.map(\.origin) == [Origin(file: "config/node.yaml", line: 3, column: 7)])
    }

    @Test func `arbitrage on one venue is refused`() {
        var source = SampleNode.source
        source.files["config/node.yaml"] = SampleNode.node.replacing(
            "  - use: ../venues/kraken.yaml\n    ca: test-ca.pem\n"
                + "    endpoints:\n      rest: https://localhost:9443\n",
            with: "")
        let problems = source.load().problems.map(\.description)
        #expect(
            problems == [
                "config/node.yaml:20:19: `strategies.taker_taker[0].instrument`: BTC-USDT is listed at 1 of "
                    + "this node's venues: arbitrage needs two"
            ])
    }

    @Test func `a venue without any of the node's instruments is refused`() {
        var source = SampleNode.source
        source.files["venues/kraken.yaml"] = SampleNode.kraken.replacing("BTC-USDT", with: "ETH-USDT")
        let problems = source.load().problems.map(\.description)
        #expect(
            problems == ["config/node.yaml:12:5: `venues[1]`: kraken lists none of this node's instruments"])
    }

    @Test func `what is missing from a group that two files set is missed in the file that includes`() {
        var source = SampleNode.source
        source.files["config/limits.yaml"] = SampleNode.limits.replacing("  book_age: 2s\n", with: "")
        source.files["config/node.yaml"] = SampleNode.node + "limits:\n  order_notional: 6000\n"
        let lines = SampleNode.node.split(separator: "\n", omittingEmptySubsequences: false).count
        #expect(
            source.load().problems.map(\.description) == [
                "config/node.yaml:\(lines):1: `limits.book_age` is missing"
            ])
    }

    @Test func `a venue file loads alone`() throws {
        let sheet = try VenueSheet.load(path: "venues/okx.yaml", source: SampleNode.source).get()
        #expect(sheet.profile.name == "okx")
        #expect(sheet.symbols.map(\.instrument) == ["BTC-USDT"])
        let fine = Instrument(
            id: InstrumentID(3), base: Asset("BTC"), quote: Asset("USDT"), priceScale: 1, quantityScale: 8)
        #expect(sheet.listing(of: fine, venue: VenueID(2))?.tick == Price(raw: 1))
        let coarse = Instrument(
            id: InstrumentID(3), base: Asset("BTC"), quote: Asset("USDT"), priceScale: 0, quantityScale: 8)
        #expect(sheet.listing(of: coarse, venue: VenueID(2)) == nil)
        guard case .failure(let problems) = VenueSheet.load(path: "venues/x.yaml", source: SampleNode.source)
        else {
            Issue.record("a file that is not there cannot load")
            return
        }
        #expect(problems.description == "venues/x.yaml:1:1: cannot read the file: no such file")
    }
}
