import Simulator
import Testing

@Suite struct `Ranges and shares of seeds` {
    @Test func `a range names both of its ends, one seed is a range of its own`() throws {
        let range = try SeedRange("5..9")
        #expect((range.first, range.last, range.count) == (5, 9, 5))
        #expect(try SeedRange("7") == SeedRange(7, through: 7))
        #expect(try SeedRange("18446744073709551615").count == 1)
    }

    @Test(arguments: ["5..9", "7", "0..0", "1..10000"])
    func `a range is said as it is read`(text: String) throws {
        let range = try SeedRange(text)
        #expect(try SeedRange(range.description) == range)
    }

    @Test(arguments: [
        "", "..", "1..", "..5", "1...5", "1..2..3", "-1..5", "+1..5", "1-5", "one", "1 ..5", "1.5..7",
        "18446744073709551616", "0..18446744073709551615",
    ])
    func `what is no range is refused with what would be one`(text: String) {
        #expect(throws: SeedRange.Problem.self) { try SeedRange(text) }
    }

    @Test func `a range that runs backwards is answered with the right one`() {
        let problem = #expect(throws: SeedRange.Problem.self) { try SeedRange("9..5") }
        #expect(problem?.description.contains("5..9") == true)
    }

    @Test func `a share takes about that many seeds`() throws {
        for (text, share) in [("10%", 0.1), ("2.5%", 0.025), ("50%", 0.5)] {
            let chosen = try SeedShare(text)
            let count = (1...20_000).count { chosen.includes(UInt64($0)) }
            #expect(abs(Double(count) / 20_000 - share) < 0.01, "\(text) of 20000 took \(count)")
        }
        #expect(try (1...1000).allSatisfy { try SeedShare("100%").includes($0) })
        #expect(try (1...1000).allSatisfy { try !SeedShare("0%").includes($0) })
    }

    @Test func `a larger share holds every seed of a smaller one`() throws {
        let (small, large) = (try SeedShare("5%"), try SeedShare("20%"))
        #expect((1...5000).allSatisfy { !small.includes($0) || large.includes($0) })
    }

    @Test func `the chosen seeds are the same in every version`() throws {
        let share = try SeedShare("10%")
        #expect((UInt64(1)...40).filter(share.includes) == [9, 13, 23, 34])
    }

    @Test(arguments: ["10", "", "%", "-5%", "101%", "1e1%", "ten%", "nan%", "1.2.3%", "0x5%"])
    func `what is no percentage is refused`(text: String) {
        #expect(throws: SeedShare.Problem.self) { try SeedShare(text) }
    }
}
