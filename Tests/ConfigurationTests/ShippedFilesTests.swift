import Configuration
import Engine
import Foundation
import Testing
import TradingModel
import VenueKit

@testable import SimulatedWorld

@Suite struct ShippedFilesTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    @Test(arguments: ["demo", "paper", "live"])
    func `a shipped configuration loads without a problem`(_ name: String) throws {
        let loaded = try NodeConfiguration.load(path: "\(ShippedFilesTests.root)/config/\(name).yaml").get()
        #expect(loaded.mode == (name == "live" ? .live : .dryRun))
        #expect(loaded.dataDirectory == "\(ShippedFilesTests.root)/data/\(name)")
        #expect(loaded.policy.takerTaker.count == loaded.policy.instruments.count)
        for venue in loaded.venues {
            #expect(venue.caFile == nil)
            #expect(venue.listings.count == loaded.policy.instruments.count)
            // Ends of real venues, over TLS.
            #expect(venue.profile.restOrigin.hasPrefix("https://"))
            #expect(venue.profile.budget.reserve * 100 >= venue.profile.budget.capacity * 30)
        }
    }

    @Test func `the demo knows all four venues, each with its own proof`() throws {
        let loaded = try NodeConfiguration.load(path: "\(ShippedFilesTests.root)/config/demo.yaml").get()
        #expect(loaded.venues.map(\.profile.name) == ["binance-spot", "okx", "bybit", "kraken"])
        #expect(loaded.venues.map(\.profile.proof) == [.spanningIDs, .previousLink, .consecutive, .checksum])
        #expect(
            loaded.venues.map { $0.listings.map(\.symbol) } == [
                ["BTCUSDT", "ETHUSDT"], ["BTC-USDT", "ETH-USDT"], ["BTCUSDT", "ETHUSDT"],
                ["BTC/USDT", "ETH/USDT"],
            ])
        #expect(
            loaded.venues.flatMap(\.listings).map { $0.takerFee.raw / 10_000 } == [
                10, 10, 10, 10, 10, 10, 26, 26,
            ])
    }

    @Test(arguments: ["binance-spot", "okx", "bybit", "kraken"])
    func `a shipped venue file is named after its venue`(_ name: String) throws {
        let sheet = try VenueSheet.load(path: "\(ShippedFilesTests.root)/venues/\(name).yaml").get()
        #expect(sheet.profile.name == name)
        #expect(
            sheet.profile.retryClass == (name == "okx" || name == "bybit" ? .duplicateIsProof : .queryFirst))
        #expect(sheet.symbols.map(\.instrument) == ["BTC-USDT", "ETH-USDT"])
    }

    @Test func `dead-man switches are on where anybody may use them`() throws {
        func rule(_ name: String) throws -> DeadManRule? {
            try VenueSheet.load(path: "\(ShippedFilesTests.root)/venues/\(name).yaml").get().profile.deadMan
        }
        let okx = DeadManRule(trigger: .timer, window: .seconds(60), refresh: .seconds(15))
        let kraken = DeadManRule(trigger: .timer, window: .seconds(60), refresh: .seconds(20))
        #expect(try rule("okx") == okx && rule("kraken") == kraken)
        #expect(try rule("bybit") == nil && rule("binance-spot") == nil)
    }

    @Test func `the effective document lists every value once, aligned and as JSON`() throws {
        let document = try NodeConfiguration.load(path: "\(ShippedFilesTests.root)/config/demo.yaml").get()
            .document
        #expect(Set(document.values.map(\.key)).count == document.values.count)
        let lines = document.render().split(separator: "\n")
        #expect(lines.count == document.values.count)
        let keyWidth = document.values.map(\.key.count).max() ?? 0
        for (line, value) in zip(lines, document.values) {
            #expect(line.dropFirst(keyWidth + 2).hasPrefix(value.text))
            #expect(line.hasSuffix("  " + value.origin.description))
        }
        struct Document: Decodable {
            struct Value: Decodable {
                var key: String
                var value: String
                var origin: String
            }
            var file: String
            var values: [Value]
        }
        let decoded = try JSONDecoder().decode(Document.self, from: Data(document.json().utf8))
        #expect(decoded.file == document.file)
        #expect(decoded.values.map(\.key) == document.values.map(\.key))
        #expect(decoded.values.map(\.value) == document.values.map(\.text))
    }
}

/// The doubles serve their own filters and fees; a demo whose venue files say otherwise trades on fiction.
@Suite struct VenueFilesAgainstDoublesTests {
    @Test(arguments: DoubleCatalog.venues)
    func `a venue file states the filters and fees that its double enforces`(_ name: String) throws {
        let sheet = try VenueSheet.load(path: "\(ShippedFilesTests.root)/venues/\(name).yaml").get()
        let terms = try #require(VenueTerms.rules(venue: name))
        #expect(sheet.takerFee == terms.takerFee)
        #expect(sheet.makerFee == terms.makerFee)
        #expect(sheet.buyFeeInBase == (terms.feeAsset == .received))
        for (index, listed) in DoubleCatalog.demoInstruments.enumerated() {
            let instrument = Instrument(
                id: InstrumentID(index), base: Asset(listed.base), quote: Asset(listed.quote),
                priceScale: SymbolRules.scale, quantityScale: SymbolRules.scale)
            let listing = try #require(sheet.listing(of: instrument, venue: VenueID(0)))
            let rules = VenueFilters.rules(venue: name, index: index, instrument: listed)
            #expect(listing.tick == rules.tick)
            #expect(listing.lot == rules.lot)
            #expect(listing.minimumQuantity == rules.minimumQuantity)
            #expect(listing.maximumQuantity == rules.maximumQuantity)
            #expect(listing.minimumNotional == rules.minimumNotional)
        }
    }
}

/// What the README shows has to work as it stands there.
@Suite struct ReadmeTests {
    private struct WithExample: ConfigurationSource {
        var path: String
        var text: String
        func bytes(of path: String) -> Result<[UInt8], UnreadableFile> {
            path == self.path ? .success(Array(text.utf8)) : DiskSource().bytes(of: path)
        }
        func exists(_ path: String) -> Bool { DiskSource().exists(path) }
        func variable(_ name: String) -> String? { name == "HOME" ? "/home/operator" : nil }
    }

    private static func readme() throws -> String {
        try String(contentsOfFile: ShippedFilesTests.root + "/README.md", encoding: .utf8)
    }

    @Test func `the configuration in the README loads`() throws {
        let afterFence = try #require(
            try ReadmeTests.readme().split(separator: "```yaml\n").dropFirst().first)
        let example = String(try #require(afterFence.split(separator: "```").first))
        let path = ShippedFilesTests.root + "/config/readme.yaml"
        let loaded = try NodeConfiguration.load(path: path, source: WithExample(path: path, text: example))
            .get()
        #expect(loaded.dataDirectory == "/home/operator/arbnode")
        #expect(
            loaded.venues.map { $0.listings.map(\.takerFee) } == [[Rate(raw: 100_000)], [Rate(raw: 200_000)]])
    }

    @Test(arguments: ["binance-spot", "okx", "bybit", "kraken"])
    func `the README names a venue's secrets as the node looks for them`(_ venue: String) throws {
        let names = CredentialNames(venue: venue)
        let readme = try ReadmeTests.readme()
        for name in [names.apiKey, names.secret, names.passphrase].compactMap({ $0 }) {
            #expect(readme.contains(name + "="))
        }
    }
}
