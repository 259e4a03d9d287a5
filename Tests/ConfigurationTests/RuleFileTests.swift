import Configuration
import Engine
import Foundation
import Risk
import Testing
import TradingModel

/// The shipped limits file, mutilated one place at a time.
@Suite struct `A limits file that cannot be meant` {
    struct Mutation: Sendable {
        var line: Int
        var text: String
        var what: String
    }

    static let shipped: String = {
        guard let path = HouseFiles.find("config/limits.yaml"),
            let text = try? String(contentsOfFile: path, encoding: .utf8)  // absent: the first test says so
        else { return "" }
        return text
    }()

    static func load(_ limits: String) -> Result<NodeConfiguration, ConfigurationProblems> {
        var source = SampleNode.source
        source.files["config/limits.yaml"] = limits
        source.files["config/node.yaml"] = SampleNode.node.replacing("rules: none\n", with: "")
        return source.load()
    }

    static let lines = shipped.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

    private static func with(_ number: Int, _ changed: String) -> String {
        var all = lines
        all[number] = changed
        return all.joined(separator: "\n")
    }

    /// Every limit of every rule, eight ways, and every rule as a whole, three ways.
    static let mutations: [Mutation] = {
        var result: [Mutation] = []
        for rule in RuleRegistry.rules where !rule.isFixed && !rule.isElsewhere {
            guard let number = lines.firstIndex(where: { $0.hasPrefix("  \(rule.key):") }) else { continue }
            let line = lines[number]
            func add(_ changed: String, _ what: String) {
                result.append(
                    Mutation(line: number + 1, text: with(number, changed), what: "\(rule.key): \(what)"))
            }
            add(line.replacing("use: o", with: "use: maybe_o"), "neither on nor off")
            add(line.replacing("use:", with: "used:"), "unknown key")
            add(line + "\n" + line, "duplicate rule")
            for limit in rule.limits where !limit.key.isEmpty {
                let inside = (line.firstIndex(of: "{") ?? line.startIndex)..<line.endIndex
                guard
                    let range = line.range(
                        of: #"\b\#(limit.key): [^,}]+"#, options: .regularExpression, range: inside)
                else { continue }
                func put(_ value: String, _ what: String) {
                    add(line.replacingCharacters(in: range, with: "\(limit.key): \(value)"), what)
                }
                let unit = wordings(limit.unit)
                put("-1\(unit.right)", "\(limit.key) negative")
                put("0\(unit.right)", "\(limit.key) zero")
                put("999999999999999999999999999999\(unit.right)", "\(limit.key) huge")
                put("5\(unit.wrong)", "\(limit.key) in another unit")
                put("NaN", "\(limit.key) not a number")
                put("", "\(limit.key) without a value")
                put("[5\(unit.right)]", "\(limit.key) a list")
                add(
                    line.replacingCharacters(in: range, with: "").replacing(", ,", with: ",")
                        .replacing(", }", with: "}"), "\(limit.key) missing")
                add(
                    line.replacingCharacters(in: range, with: "\(limit.key): 5\(unit.right), \(line[range])"),
                    "\(limit.key) twice")
            }
        }
        return result
    }()

    private static func wordings(_ unit: RuleUnit) -> (right: String, wrong: String) {
        switch unit {
        case .flag, .count, .quantity: ("", "bps")
        case .amount: ("", "s")
        case .rate: ("bps", "s")
        case .span: ("s", "")
        }
    }

    private static let remedies = [
        "must be between", "expected", "add `", "duplicate key", "known here are", "did you mean",
        "too large", "too long",
        "no unit", "write",
    ]

    @Test func `the shipped file is read, and every rule stands in it`() throws {
        #expect(!Self.shipped.isEmpty)
        let rules = try Self.load(Self.shipped).get().policy.limits.rules
        #expect(rules[.dailyLoss] && !rules[.depeg])
        #expect(rules[.realisedLoss] == [5_000 * Int128(1_000_000_000_000_000_000)])
        for rule in RuleRegistry.rules where !rule.isFixed && !rule.isElsewhere {
            #expect(Self.shipped.contains("\n  \(rule.key): {use: o"), "\(rule.key)")
        }
    }

    @Test func `there are at least two hundred mutations`() { #expect(Self.mutations.count >= 200) }

    @Test func `none is accepted; file, line and remedy are named; the old limits stay`() throws {
        let old = try Self.load(Self.shipped).get().policy.limits
        for mutation in Self.mutations {
            var current = old
            switch Self.load(mutation.text) {
            case .success(let loaded):
                current = loaded.policy.limits
                Issue.record("accepted: \(mutation.what)")
            case .failure(let problems):
                let texts = problems.list.map { "\($0.origin.file):\($0.origin.line): \($0.message)" }
                // A duplicate is named at its second place.
                let places = [mutation.line, mutation.line + 1].map { "config/limits.yaml:\($0):" }
                #expect(
                    texts.contains { text in
                        places.contains { text.hasPrefix($0) }
                            && Self.remedies.contains { text.contains($0) }
                    }, "\(mutation.what): \(texts)")
            }
            #expect(current == old)
        }
    }

    @Test func `all problems come at once`() {
        let text = Self.shipped.replacing("fees: 5000", with: "fees: -1").replacing(
            "points: 10", with: "points: 0"
        ).replacing("apart: 50ms", with: "apart: 50")
        #expect(Self.load(text).problems.count == 3)
    }

    @Test func `a single venue may have a limit of its own, and a name nobody has is refused`() throws {
        let line = "venue_open_orders: {use: on, orders: 50}"
        let own = Self.shipped.replacing(
            line, with: "venue_open_orders: {use: on, orders: 50, at: {kraken: {orders: 3}}}")
        let rules = try Self.load(own).get().policy.limits.rules
        #expect(rules[.venueOpenOrders] == [50, 3])
        let nobody = Self.shipped.replacing(
            line, with: "venue_open_orders: {use: on, orders: 50, at: {karken: {orders: 3}}}")
        #expect(Self.load(nobody).problems.first?.message.contains("did you mean `kraken`") == true)
    }

    @Test func `rules may be none only when that is written`() {
        var source = SampleNode.source
        source.files["config/node.yaml"] = SampleNode.node.replacing("rules: none\n", with: "")
        #expect(source.load().problems.map(\.message).contains { $0.contains("`rules` is missing") })
        source.files["config/node.yaml"] = SampleNode.node.replacing("rules: none", with: "rules: some")
        #expect(!source.load().problems.isEmpty)
    }

    @Test(arguments: [
        ("zone: Mars/Olympus", "a zone like"), ("zone: UTC+25:00", "a zone like"),
        ("reset: 24:00", "a time of day"), ("reset: 7:00", "a time of day"),
    ]) func `a day needs a zone and a time there are`(changed: String, says: String) {
        let old = changed.hasPrefix("zone") ? "day: {zone: UTC" : "reset: 00:00"
        let new = changed.hasPrefix("zone") ? "day: {\(changed)" : changed
        let problems = Self.load(Self.shipped.replacing(old, with: new)).problems
        #expect(problems.contains { $0.message.contains(says) }, "\(problems)")
    }

    @Test func `a zone of the tz database changes its clocks where that says so`() throws {
        let text = Self.shipped.replacing(
            "day: {zone: UTC, reset: 00:00}", with: "day: {zone: Europe/Vienna, reset: 17:00}")
        let day = try Self.load(text).get().policy.limits.rules.day
        // 2026-03-29T01:00:00Z: from one hour ahead to two.
        let change: Int64 = 1_774_746_000
        #expect(day.zone.offset(at: Moment(nanoseconds: (change - 1) * 1_000_000_000)) == .seconds(3_600))
        #expect(day.zone.offset(at: Moment(nanoseconds: change * 1_000_000_000)) == .seconds(7_200))
    }

    @Test func `holidays are days of the calendar`() throws {
        let line = "holidays: []"
        let text = Self.shipped.replacing(line, with: "holidays: [2026-12-25, 2028-02-29]")
        let hours = try Self.load(text).get().policy.limits.rules.hours
        #expect(hours?.holidays == [20_812, 21_243])
        for bad in ["2026-02-29", "2026-13-01", "2026-1-1", "tomorrow"] {
            #expect(!Self.load(Self.shipped.replacing(line, with: "holidays: [\(bad)]")).problems.isEmpty)
        }
    }
}
