import Testing
import TradingModel

@testable import Configuration

/// xorshift64*: the same numbers in every run.
struct SeededDigits: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }

    /// `length` decimal digits, never empty.
    mutating func digits(_ length: ClosedRange<Int>) -> String {
        let count = Int.random(in: length, using: &self)
        return String((0..<count).map { _ in Character(String(Int.random(in: 0...9, using: &self))) })
    }
}

/// Schoolbook arithmetic on digit strings: an oracle that shares nothing with `DecimalText`.
enum Schoolbook {
    /// `whole.fraction` × `factor` as an exact whole number, or `nil` when it is not whole.
    static func product(_ whole: String, _ fraction: String, times factor: Int) -> Int128? {
        var total = Int128(0)
        for digit in whole + fraction { total = total * 10 + Int128(digit.wholeNumberValue ?? 0) }
        var divisor = Int128(1)
        for _ in fraction { divisor *= 10 }
        let (quotient, remainder) = (total * Int128(factor)).quotientAndRemainder(dividingBy: divisor)
        return remainder == 0 ? quotient : nil
    }
}

@Suite struct SettingTextTests {
    @Test(arguments: [
        ("512MiB", 512 << 20), ("1GiB", 1 << 30), ("9216KiB", 9 << 20), ("0", 0), ("1536MiB", 3 << 29),
    ])
    func `a size means count times unit`(text: String, bytes: Int) {
        #expect(SettingText.bytes(text) == .success(bytes))
        #expect(SettingText.bytes(SettingText.sizeText(bytes)) == .success(bytes))
    }

    @Test(arguments: ["512", "512MB", "1.5GiB", "GiB", "-", "9999999999999GiB", "512 MiB", "0x10MiB", ""])
    func `a size without a known unit, or no whole number, is refused`(text: String) {
        guard case .failure = SettingText.bytes(text) else {
            Issue.record("\(text) was taken")
            return
        }
    }

    private static let units: [(String, Int)] = [
        ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
        ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
    ]

    @Test func `a duration means digits times unit, exactly, or is refused`() {
        var random = SeededDigits(seed: 1)
        var refused = 0
        for _ in 0..<20_000 {
            let whole = random.digits(1...7)
            let fraction = Bool.random(using: &random) ? random.digits(1...9) : ""
            let (suffix, factor) = SettingTextTests.units.randomElement(using: &random) ?? ("ns", 1)
            let text = whole + (fraction.isEmpty ? "" : "." + fraction) + suffix
            let expected = Schoolbook.product(whole, fraction, times: factor).flatMap { Int64(exactly: $0) }
            switch SettingText.span(text) {
            case .success(let span): #expect(span.nanoseconds == expected, "\(text)")
            case .failure:
                #expect(expected == nil, "\(text)")
                refused += 1
            }
        }
        #expect((1_000..<19_000).contains(refused), "both outcomes occur, not \(refused) of 20000")
    }

    @Test func `a duration's text reads back as the same duration`() throws {
        var random = SeededDigits(seed: 2)
        for _ in 0..<20_000 {
            let factor = Int64(SettingTextTests.units.randomElement(using: &random)?.1 ?? 1)
            let span = Span(nanoseconds: Int64.random(in: -1_000...100_000, using: &random) * factor / 10)
            #expect(try SettingText.span(SettingText.text(span)).get() == span)
        }
        for extreme: Int64 in [.max, -.max, 0, 1, -1] {
            let span = Span(nanoseconds: extreme)
            #expect(try SettingText.span(SettingText.text(span)).get() == span)
        }
    }

    @Test func `a rate means ten thousand raw units a basis point, exactly, or is refused`() {
        var random = SeededDigits(seed: 3)
        for _ in 0..<20_000 {
            let whole = random.digits(1...5)
            let fraction = Bool.random(using: &random) ? random.digits(1...6) : ""
            let negative = Bool.random(using: &random)
            let text = (negative ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction) + "bps"
            let magnitude = Schoolbook.product(whole, fraction, times: 10_000).flatMap { Int64(exactly: $0) }
            let expected = magnitude.map { negative ? -$0 : $0 }
            if case .success(let rate) = SettingText.rate(text) {
                #expect(rate.raw == expected, "\(text)")
                #expect((try? SettingText.rate(SettingText.text(rate)).get()) == rate, "\(text)")
            } else {
                #expect(expected == nil, "\(text)")
            }
        }
    }

    @Test func `an amount means its digits, exactly`() {
        var random = SeededDigits(seed: 4)
        for _ in 0..<20_000 {
            let whole = random.digits(1...12)
            let fraction = Bool.random(using: &random) ? random.digits(1...17) : ""
            let text = whole + (fraction.isEmpty ? "" : "." + fraction)
            let padded = fraction + String(repeating: "0", count: 18 - fraction.count)
            guard case .success(let amount) = SettingText.amount(text) else {
                Issue.record("\(text) was refused")
                continue
            }
            #expect(amount.raw == Int128(whole + padded), "\(text)")
        }
    }

    @Test(arguments: [
        "", "-", ".", "1.", ".5", "+1", "1e3", "1E3", "0x10", "1_000", "1,5", "NaN", ".nan", ".inf", "inf",
        "nan", "- 1",
        " 1", "1 ", "--1", "1.2.3", "１", "٣", "1\n",
    ])
    func `what is not a plain decimal is refused by every kind of number`(_ text: String) {
        #expect((try? SettingText.amount(text).get()) == nil)
        #expect((try? SettingText.integer(text).get()) == nil)
        #expect((try? SettingText.rate(text + "bps").get()) == nil)
        #expect((try? SettingText.span(text + "ms").get()) == nil)
        #expect((try? SettingText.percent(text + "%").get()) == nil)
    }

    @Test(arguments: ["1", "1S", "1sec", "1 s", "s", "ms", "1mss", "1m30s", "1µs", "-s"])
    func `a duration needs one known unit`(_ text: String) {
        #expect((try? SettingText.span(text).get()) == nil)
    }

    @Test func `the distance between words counts insertions, deletions, replacements and swaps`() {
        #expect(Suggestion.distance("fees", "fees") == 0)
        #expect(Suggestion.distance("fes", "fees") == 1)
        #expect(Suggestion.distance("feeds", "fees") == 1)
        #expect(Suggestion.distance("fefs", "fees") == 1)
        #expect(Suggestion.distance("efes", "fees") == 1)
        #expect(Suggestion.distance("", "fees") == 4)
        #expect(Suggestion.nearest(to: "deadlnie", among: ["deadline", "headline"]) == "deadline")
        #expect(Suggestion.nearest(to: "quantum", among: ["deadline", "fees"]) == nil)
    }

    @Test(arguments: [
        ("config/a.yaml", "b.yaml", "config/b.yaml"), ("config/a.yaml", "../b.yaml", "b.yaml"),
        ("a.yaml", "b.yaml", "b.yaml"),
        ("a.yaml", "../b.yaml", "../b.yaml"), ("/a.yaml", "b.yaml", "/b.yaml"),
        ("/etc/x/a.yaml", "../../../b", "/b"),
        ("config/a.yaml", "/abs/./b", "/abs/b"), ("../x/a.yaml", "../../b", "../../b"),
        ("config/a.yaml", "./c//d/", "config/c/d"),
    ])
    func `a path is relative to the file that names it`(_ file: String, _ path: String, _ resolved: String) {
        #expect(ConfigurationPath.resolve(path, from: file) == resolved)
    }
}
