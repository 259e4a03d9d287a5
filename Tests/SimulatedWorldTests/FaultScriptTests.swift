import Testing
import TradingModel

@testable import SimulatedWorld

/// Scripts of `arbsim serve --faults`.
@Suite struct FaultScriptTests {
    private static let symbols = ["BTC-USDT", "ETH-USDT"]

    private static func problems(_ text: String) -> [String] {
        do throws(FaultScript.Fault) {
            _ = try FaultScript(Array(text.utf8), symbols: symbols)
            return []
        } catch { return error.problems }
    }

    @Test func `steps come by their time, and what lasts has an end of its own`() throws {
        let text = """
            [{"after":"20s","fault":"clock","by":"-900ms","for":"5s"},
             {"after":"1.5s","fault":"halt","symbol":"BTC-USDT","for":"22s"},
             {"after":"2s","fault":"maintenance","for":"1m"}]
            """
        let script = try FaultScript(Array(text.utf8), symbols: FaultScriptTests.symbols)
        let told = script.steps.map {
            "\(SpanText.format($0.after)) \($0.fault.name)\($0.isEnd ? " ends" : "")"
        }
        // Maintenance ends by itself.
        #expect(
            told == ["1500ms halt", "2s maintenance", "20s clock", "23500ms halt ends", "25s clock ends"])
    }

    @Test(arguments: [
        ("{}", "expected an array"), ("[]", "expected an array"), ("[{", "not JSON"), ("[7]", "no object"),
        (#"[{"fault":"orders-ended"}]"#, "after is missing"), (#"[{"after":"1s"}]"#, "fault is missing"),
        (#"[{"after":"1s","fault":"earthquake"}]"#, "earthquake is none"),
        (#"[{"after":"1","fault":"orders-ended"}]"#, "after is a duration"),
        (#"[{"after":"-1s","fault":"orders-ended"}]"#, "after is not negative"),
        (#"[{"after":"1s","fault":"maintenance"}]"#, "maintenance needs for"),
        (#"[{"after":"1s","fault":"orders-ended","for":"1s"}]"#, "orders-ended does not take for"),
        (#"[{"after":"1s","fault":"gap","sybmol":"BTC-USDT"}]"#, "sybmol is no key"),
        (#"[{"after":"1s","fault":"gap","symbol":"SOL-USDT"}]"#, "SOL-USDT is not listed"),
        (#"[{"after":"1s","fault":"gap","count":0}]"#, "count is 1 to 1000"),
        (#"[{"after":"1s","fault":"gap","count":[1]}]"#, "count is a text or a number"),
        (#"[{"after":"1s","fault":"overfill","percent":-5}]"#, "percent is 1 to 100"),
        (#"[{"after":"1s","fault":"price-move","percent":-100}]"#, "percent is -99 to 1000"),
        (#"[{"after":"1s","fault":"late-fills","by":"-1s"}]"#, "by is not negative"),
        (
            #"[{"after":"1s","fault":"stranger","symbol":"BTC-USDT","side":"long","quantity":"1"}]"#,
            "side is buy or sell"
        ),
    ])
    func `what a script cannot mean is said`(_ text: String, _ expected: String) {
        #expect(FaultScriptTests.problems(text).contains { $0.contains(expected) }, "\(text)")
    }

    @Test func `every problem of every entry is said at once`() {
        let text = #"[{"after":"1s","fault":"gap","count":0},{"after":"x","fault":"maintenance","on":1}]"#
        let problems = FaultScriptTests.problems(text)
        #expect(problems.count == 3 && problems[0].hasPrefix("[0]") && problems[2].hasPrefix("[1]"))
    }

    @Test func `names of faults are there once`() {
        #expect(Set(FaultRecipe.all.map(\.name)).count == FaultRecipe.all.count)
    }

    /// With every term it needs, at every venue: none traps, and the venue is itself again afterwards.
    @Test(arguments: DoubleCatalog.venues)
    func `each fault can be begun and ended at each venue`(_ venue: String) {
        for recipe in FaultRecipe.all {
            let wire = VenueWire(venue)
            var fault = ScriptedFault(recipe.name)
            for term in recipe.needs + recipe.takes {
                switch term {
                case .symbol: fault.symbol = "BTC-USDT"
                case .duration: fault.duration = .seconds(1)
                case .by: fault.by = .milliseconds(800)
                case .count: fault.count = 2
                case .percent: fault.percent = 20
                case .side: fault.side = .buy
                case .quantity: fault.quantity = Quantity(raw: 1_000_000)
                }
            }
            #expect(fault.problems(symbols: wire.mischief.symbols) == [], "\(recipe.name)")
            wire.mischief.begin(fault)
            wire.wait(1_500)
            wire.mischief.end(fault)
            wire.wait(500)
            #expect(!wire.mischief.isDown && wire.mischief.clockOffset == .zero, "\(recipe.name)")
            #expect(wire.mischief.keyTrouble == nil && wire.mischief.halts.isEmpty, "\(recipe.name)")
        }
    }

    @Test func `a scripted halt stops its symbol alone until it ends`() throws {
        let wire = VenueWire("okx")
        var fault = ScriptedFault("halt")
        fault.symbol = "ETH-USDT"
        wire.mischief.begin(fault)
        #expect(!wire.mischief.isTrading(1) && wire.mischief.isTrading(0))
        wire.mischief.end(fault)
        #expect(wire.mischief.isTrading(1))
    }

    @Test func `a scripted stranger trades on the account`() {
        let wire = VenueWire("okx")
        var fault = ScriptedFault("stranger")
        fault.symbol = "BTC-USDT"
        fault.side = .buy
        fault.quantity = Quantity(raw: 1_000_000)
        wire.mischief.begin(fault)
        #expect(wire.double.observer.executionCount > 0)
    }
}
