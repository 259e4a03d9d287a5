import ArgumentParser
import Configuration
import VenueKit

/// `arbnode bench`: how fast this build is on this machine.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure throughput and latency on this machine.",
        discussion: "The workloads w1, w2, … print what perf/peers prints for others (`make compare`).",
        subcommands: [
            BenchParts.self, KillBenchCommand.self, BookWorkload.self, DecisionWorkload.self,
            DurableWorkload.self, SocketWorkload.self, ReplayWorkload.self, LoadWorkload.self,
            GrowthWorkload.self, DayWorkload.self,
        ],
        defaultSubcommand: BenchParts.self)
}

/// The parts of the node, each measured alone.
struct BenchParts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parts",
        abstract: "Measure the parts of the node (what `bench` does unless told otherwise).",
        discussion: """
            book: frames decoded, applied and consolidated per second and venue, with allocations per frame.
            decision: frame to decision through the whole engine. gate: the governor's check, with every
            rule on and rule by rule. router: routes over seven venues, and
            against an exhaustive search. portfolio: one look at all positions.
            outbox: durable appends on this disk next to plain RocksDB puts, and a recovery of a million rows.
            wire, hedge: a short demo over loopback TLS; decision to bytes, fill to hedge bytes.
            Latencies in microseconds. Use a release build.

            Example: arbnode bench book --json
            """)

    enum Part: String, ExpressibleByArgument, CaseIterable {
        case book, decision, gate, router, portfolio, outbox, wire, hedge, all
    }

    @Argument(help: "book, decision, gate, router, portfolio, outbox, wire, hedge or all.")
    var part: Part = .all
    @Option(help: "Rounds of each measurement; the median counts.") var rounds = 5
    @Flag(help: "Print one JSON object on stdout.") var json = false
    @Flag(help: "Small sizes, one round: whether it works, not how fast it is.") var quick = false

    func validate() throws {
        guard (1...100).contains(rounds) else {
            throw ValidationError("--rounds takes a number from 1 to 100.")
        }
    }

    func run() async throws {
        var results = BenchResults()
        let rounds = quick ? 1 : rounds
        if part == .book || part == .all {
            let configuration = try CapturedFrames.configuration()
            for index in configuration.venues.indices {
                say("book \(configuration.venues[index].profile.name) …")
                results.book.append(try BookBench(configuration, venue: index).run(rounds: rounds))
            }
        }
        if part == .decision || part == .all {
            say("decision …")
            results.decision = try DecisionBench().run()
        }
        if part == .gate || part == .all {
            say("gate …")
            results.gate = GateBench.run(rounds: rounds)
        }
        if part == .router || part == .all {
            say("router …")
            results.router = RouterBench.run(rounds: rounds, isQuick: quick)
        }
        if part == .portfolio || part == .all {
            say("portfolio …")
            results.portfolio = PortfolioBench.run(rounds: rounds)
        }
        if part == .outbox || part == .all {
            say("outbox …")
            results.outbox = try OutboxBench.run(rounds: rounds, isQuick: quick)
        }
        if part == .wire || part == .hedge || part == .all {
            let seconds = quick ? 2.0 : 10
            say("wire: \(Int(seconds)) seconds of demo …")
            let report = try await WireBench.run(seconds: seconds)
            if part != .hedge { results.wire = WireBench.wire(report) }
            if part != .wire { results.hedge = WireBench.hedge(report) }
        }
        Terminal.print(json ? try results.encoded() : results.text)
    }

    private func say(_ text: String) { Terminal.say("bench: " + text) }
}
