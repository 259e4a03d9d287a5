import Engine
import Foundation
import Testing

@testable import Configuration

@Suite struct `A change of the configuration` {
    private static func delta(_ edit: (inout TableSource) -> Void) throws -> ConfigurationDelta {
        var changed = SampleNode.source
        edit(&changed)
        return ConfigurationDelta(
            from: try SampleNode.source.load().get().document, to: try changed.load().get().document)
    }

    private static func node(_ old: String, _ new: String) throws -> ConfigurationDelta {
        try delta { source in
            let text = SampleNode.node
            #expect(text.contains(old))
            source.files["config/node.yaml"] = text.replacingOccurrences(of: old, with: new)
        }
    }

    private static func limits(_ old: String, _ new: String) throws -> ConfigurationDelta {
        try delta { source in
            #expect(SampleNode.limits.contains(old))
            source.files["config/limits.yaml"] = SampleNode.limits.replacingOccurrences(of: old, with: new)
        }
    }

    @Test func `is what holds otherwise, with its place, and no more`() throws {
        let change = try #require(try Self.node("deadline: 120ms", "deadline: 90ms").changes.first)
        #expect(change.key == "hedge.deadline" && change.before == "120ms" && change.after == "90ms")
        #expect(change.origin.description == "config/node.yaml:17" && !change.needsRestart && !change.loosens)
        // A comment, another spelling of the same value, a default that is written down: no difference.
        #expect(try Self.node("include:", "# why\ninclude:").isEmpty)
        #expect(try Self.node("deadline: 120ms", "deadline: 0.12s").isEmpty)
        #expect(try Self.node("slippage: 2bps", "slippage: 2bps\n      leg_order: together").isEmpty)
    }

    @Test(arguments: [
        ("order_notional: 25000", "order_notional: 25001", true),
        ("order_notional: 25000", "order_notional: 24999", false),
        ("price_collar: 100bps", "price_collar: 99.5bps", false),
        ("price_collar: 100bps", "price_collar: 101bps", true),
        ("book_age: 2s", "book_age: 1900ms", false), ("book_age: 2s", "book_age: 2001ms", true),
        ("reduced_divisor: 4", "reduced_divisor: 3", true),
        ("reduced_divisor: 4", "reduced_divisor: 5", false),
        ("BTC-USDT: 0.5", "BTC-USDT: 0.51", true), ("BTC-USDT: 0.5", "BTC-USDT: 0.49", false),
    ])
    func `of a limit takes two people where it gets looser, and one where it gets tighter`(
        old: String, new: String, loosens: Bool
    ) throws {
        let delta = try Self.limits(old, new)
        #expect(delta.changes.count == 1)
        #expect(delta.changes[0].loosens == loosens && delta.people == (loosens ? 2 : 1))
        #expect(delta.needingRestart.isEmpty)
    }

    @Test func `of rules is judged by each figure's own bound, and what nobody can judge is looser`() {
        func loosens(_ key: String, _ before: String?, _ after: String?) -> Bool {
            ConfigurationDelta.Change(key, before, after, .standard).loosens
        }
        // At most so many orders; at least so much edge.
        #expect(loosens("rules.venue_orders.per_second", "50", "51"))
        #expect(!loosens("rules.venue_orders.per_second", "50", "49"))
        #expect(loosens("rules.minimum_edge.edge", "1bps", "0.5bps"))
        #expect(!loosens("rules.minimum_edge.edge", "1bps", "1.5bps"))
        #expect(loosens("rules.venue_orders.at.okx.per_second", "50", "51"))
        #expect(loosens("rules.venue_orders.at.okx.per_second", nil, "49"))
        #expect(loosens("rules.spread.use", "on", "off") && !loosens("rules.spread.use", "off", "on"))
        #expect(loosens("rules.reject_storm.lock", "5m", "1m"))
        #expect(loosens("rules.session.days", "[mon]", "[tue]") && loosens("rules", "none", nil))
        #expect(loosens("risk_index.steps[0].size", "0%", "1%"))
        #expect(!loosens("strategies.taker_taker[0].pair_notional", "1", "2"))
        #expect(loosens("strategies.taker_taker[0].fees_per_hour", "5", "(none)"))
    }

    @Test(arguments: [
        ("node: 7", "node: 8", "node"), ("mode: dry-run", "mode: live", "mode"),
        ("data_directory: ../data", "data_directory: ../other", "data_directory"),
        ("http: 127.0.0.1:8180", "http: off", "http"),
        ("rest: https://localhost:9443", "rest: https://localhost:9444", "venues.kraken.endpoints.rest"),
        ("price_scale: 2", "price_scale: 3", "instruments[0].price_scale"),
        ("venues: all", "venues: [okx, kraken]", "strategies.taker_taker[0].venues"),
    ])
    func `of what a run is built on needs a restart`(old: String, new: String, key: String) throws {
        let keys = try Self.node(old, new).needingRestart.map(\.key)
        #expect(keys.contains(key), "\(keys)")
    }

    @Test(arguments: ["demo", "paper", "live", "basis"])
    func `finds a row in the table for every key of the files that come with the product`(
        name: String
    ) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        setenv("HOME", NSTemporaryDirectory(), 0)
        let document = try NodeConfiguration.load(path: root.appending(path: "config/\(name).yaml").path)
            .get().document
        #expect(document.values.count > 100)
        for value in document.values { #expect(ReloadTable.row(of: value.key) != nil, "\(value.key)") }
    }

    @Test func `of a key that no row names needs a restart`() {
        #expect(ReloadTable.effect(of: "limits") == .restart)
        #expect(ReloadTable.effect(of: "something.new") == .restart)
    }

    @Test func `is told with before, after and what it takes`() throws {
        let json = try Self.limits("order_notional: 25000", "order_notional: 26000").json(old: "a", new: "b")
        #expect(
            json == #"{"changes":[{"after":"26000","before":"25000","key":"limits.order_notional","#
                + #""origin":"config/limits.yaml:2","takes":"two_people"}],"new":"b","old":"a"}"#)
    }
}

@Suite struct `What a configuration was read from` {
    @Test func `is the same configuration when it is read again, elsewhere and later`() throws {
        var source = SampleNode.source
        source.environment["PAIR"] = "4000"
        source.files["config/node.yaml"] = SampleNode.node.replacingOccurrences(
            of: "pair_notional: 5000", with: "pair_notional: ${PAIR}")
        let (configuration, bundle) = try NodeConfiguration.loadBundle(
            path: "config/node.yaml", source: source
        ).get()
        #expect(bundle.variables == ["PAIR": "4000"] && bundle.texts.count == 4)
        let again = try #require(ConfigurationBundle(canonical: bundle.canonical))
        #expect(again == bundle && again.canonical == bundle.canonical)
        let reread = try NodeConfiguration.load(path: again.file, source: again).get()
        #expect(reread.document.values == configuration.document.values)
        #expect(reread.policy.limits == configuration.policy.limits)
        #expect(ConfigurationBundle(canonical: Array("{}".utf8)) == nil)
    }

    @Test func `holds each file as it was read once, whatever is written meanwhile`() throws {
        let source = FlickeringSource()
        let memory = RememberingSource(source)
        guard case .success(let first) = memory.bytes(of: "a"),
            case .success(let second) = memory.bytes(of: "a")
        else {
            Issue.record("the file is there")
            return
        }
        #expect(first == second)
        #expect(memory.bundle(of: "a").texts["a"] == String(decoding: first, as: UTF8.self))
    }
}

/// Somebody writes the file between any two reads.
private final class FlickeringSource: ConfigurationSource, @unchecked Sendable {
    private var reads = 0
    func bytes(of path: String) -> Result<[UInt8], UnreadableFile> {
        reads += 1
        return .success(Array("node: \(reads)".utf8))
    }
    func exists(_ path: String) -> Bool { true }
    func variable(_ name: String) -> String? { nil }
}
