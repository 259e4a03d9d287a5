import Testing
import TradingModel

@testable import VenueKit

@Suite struct `Level reader` {
    struct Outcome: Equatable {
        var levels: [LevelChange] = []
        var fault: PublicFrame.NumberFault?
        var reason: QuarantineReason?
    }

    func read(_ text: String, priceScale: Int = 2, quantityScale: Int = 3) -> Outcome {
        let listing = DialectStand.listing(
            DialectStand.instrument(0, "BTC", "USDT", price: priceScale, quantity: quantityScale), "BTCUSDT")
        var outcome = Outcome()
        Array(text.utf8).withUnsafeBytes { bytes in
            do throws(QuarantineReason) {
                var cursor = try WireJSON(bytes)
                try LevelReader.read(&cursor, listing: listing, into: &outcome.levels, fault: &outcome.fault)
                try cursor.finish()
            } catch { outcome.reason = error }
        }
        return outcome
    }

    @Test func `levels are exact at the listing's scales and remember how they were spelled`() {
        let outcome = read(#"[["61737.63000000","0.00000000"],["1","1.5"],[0.01,2e1]]"#)
        #expect(outcome.reason == nil)
        #expect(
            outcome.levels == [
                LevelChange(
                    price: Price(raw: 6_173_763), quantity: .zero, priceDecimals: 8, quantityDecimals: 8),
                LevelChange(
                    price: Price(raw: 100), quantity: Quantity(raw: 1_500), priceDecimals: 0,
                    quantityDecimals: 1),
                LevelChange(
                    price: Price(raw: 1), quantity: Quantity(raw: 20_000), priceDecimals: 2,
                    quantityDecimals: 0),
            ])
    }

    @Test func `elements after the quantity are skipped whatever they are`() {
        let outcome = read(#"[["1.00","2","0",{"a":[null]},4],["3","4"]]"#)
        #expect(outcome.reason == nil)
        #expect(outcome.levels.map(\.price.raw) == [100, 300])
    }

    @Test func `an empty side is an empty side`() { #expect(read("[ ]") == Outcome()) }

    static let bad: [(String, QuarantineReason)] = [
        (#"[["0","1"]]"#, .badNumber), (#"[["-1","1"]]"#, .badNumber), (#"[["1","-0.001"]]"#, .badNumber),
        (#"[["NaN","1"]]"#, .badNumber), (#"[["1","Infinity"]]"#, .badNumber), (#"[["","1"]]"#, .badNumber),
        (#"[["1e308","1"]]"#, .badNumber), (#"[["1","1e18"]]"#, .badNumber), (#"[["1,5","1"]]"#, .badNumber),
        (#"[["99999999999999999999","1"]]"#, .badNumber), (#"[["1","0x10"]]"#, .badNumber),
        (#"[[" 1","1"]]"#, .badNumber), (#"[["+1","1"]]"#, .badNumber), (#"[["1.","1"]]"#, .badNumber),
        (#"[["0.001","1"]]"#, .inexactNumber), (#"[["1","0.0001"]]"#, .inexactNumber),
        (#"[["1"]]"#, .missingField), ("[[]]", .missingField), (#"["1","1"]"#, .wrongType),
        ("{}", .wrongType),
        ("null", .wrongType), (#"[[null,"1"]]"#, .wrongType), (#"[["1",[1]]]"#, .wrongType),
        (#"[["1",true]]"#, .wrongType), (#"[["1","1"],]"#, .malformedJSON),
        (#"[["1","1",]]"#, .malformedJSON),
        (#"[["1","1"]"#, .truncated), ("[[01,1]]", .malformedJSON), ("[[1,NaN]]", .wrongType),
    ]
    @Test(arguments: bad)
    func `impossible levels are refused`(text: String, reason: QuarantineReason) {
        #expect(read(text).reason == reason)
    }

    @Test func `what was wrong with a number is told to whoever learns scales`() {
        #expect(
            read(#"[["1.234","1"]]"#).fault
                == PublicFrame.NumberFault(isPrice: true, fault: .inexact(needed: 3)))
        #expect(
            read(#"[["1","1.23456"]]"#).fault
                == PublicFrame.NumberFault(isPrice: false, fault: .inexact(needed: 5)))
        let large = read(#"[["90000000000000000000","1"]]"#)
        #expect(large.fault == PublicFrame.NumberFault(isPrice: true, fault: .overflow))
    }

    @Test func `the quick way and the general way agree on every spelling`() {
        var random = SplitMix(state: 21)
        func number() -> String {
            let alphabet = Array("0123456789")
            func digits(_ range: ClosedRange<Int>) -> String {
                String(
                    (0..<Int.random(in: range, using: &random)).map { _ in
                        alphabet.randomElement(using: &random)!
                    })
            }
            var text = Bool.random(using: &random) ? "0" : digits(0...12)
            if Int.random(in: 0..<4, using: &random) > 0 { text += "." + digits(0...4) }
            if Bool.random(using: &random) {
                text += String(repeating: "0", count: Int.random(in: 0...6, using: &random))
            }
            switch Int.random(in: 0..<40, using: &random) {
            case 0: text += String(repeating: "0", count: 60)
            case 1: text += "e1"
            case 2: text = "-" + text
            case 3: text += " "
            case 4: text += "\\u0030"
            case 5: text = digits(17...21)
            default: break
            }
            return text
        }
        var accepted = 0
        for _ in 0..<20_000 {
            let scales = (Int.random(in: 0...9, using: &random), Int.random(in: 0...9, using: &random))
            let tail = ["", ",\"0\",\"4\"", ",0", ","].randomElement(using: &random)!
            let numbers = "\"\(number())\",\"\(number())\"\(tail)"
            let quick = read("[[\(numbers)],[\(numbers)]]", priceScale: scales.0, quantityScale: scales.1)
            let general = read("[[ \(numbers)],[ \(numbers)]]", priceScale: scales.0, quantityScale: scales.1)
            #expect(quick == general, "\(numbers) at \(scales)")
            accepted += general.reason == nil ? 1 : 0
        }
        #expect(accepted > 2_000)
    }

    @Test func `ten thousand levels fit, one more does not`() {
        func side(_ count: Int) -> String {
            "[" + (1...count).map { "[\"\($0)\",\"1\"]" }.joined(separator: ",") + "]"
        }
        #expect(read(side(10_000)).levels.count == 10_000)
        #expect(read(side(10_001)).reason == .tooManyLevels)
    }
}
