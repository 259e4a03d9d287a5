import Simulator
import Testing

@Suite struct `The corpus of seeds that failed` {
    @Test func `a line is a seed, perhaps a scenario, perhaps a length, and why`() throws {
        let corpus = try Corpus(
            """
            # the first line says what this is

            17
            23 ack-lost  # S1: two orders # for one leg
              42 crash:after-append seconds=57.6#slow
            9 seconds=3600
            """)
        #expect(
            corpus.entries == [
                .init(seed: 17),
                .init(seed: 23, scenario: "ack-lost", why: "S1: two orders # for one leg"),
                .init(seed: 42, scenario: "crash:after-append", virtualSeconds: 57.6, why: "slow"),
                .init(seed: 9, virtualSeconds: 3600),
            ])
    }

    @Test func `an entry reads back as it was written, whatever its reason says`() throws {
        let entries = [
            Corpus.Entry(seed: .max, scenario: "kill", virtualSeconds: 0.1, why: "L1: a\nb\r\nc"),
            Corpus.Entry(seed: 0),
        ]
        let read = try Corpus(entries.map(\.line).joined(separator: "\n")).entries
        #expect(read.map(\.why) == ["L1: a b c", ""])
        #expect(read.map(\.seed) == entries.map(\.seed))
        #expect(read.map(\.virtualSeconds) == entries.map(\.virtualSeconds))
    }

    @Test(arguments: [
        "seed 5", "5 a b", "-5", "5 seconds=0", "5 seconds=x", "5 seconds=nan", "5 kill seconds=-1",
    ])
    func `a line that says something else is named by its number`(line: String) {
        let problem = #expect(throws: Corpus.Problem.self) { try Corpus("1\n\n" + line + "\n2") }
        #expect(problem?.line == 3)
    }

    @Test func `it holds a seed once for every world`() throws {
        let corpus = try Corpus("5 # why\n6 kill")
        #expect(corpus.holds(.init(seed: 5, why: "another reason")))
        #expect(!corpus.holds(.init(seed: 5, scenario: "kill")))
        #expect(!corpus.holds(.init(seed: 5, virtualSeconds: 60)))
        #expect(corpus.holds(.init(seed: 6, scenario: "kill")))
    }
}
