import ArgumentParser
import Configuration
import SimulatedWorld
import TradingModel
import VenueKit

/// A minute of one venue's public frames, taken from its double in virtual time, with the REST snapshots its
/// protocol needs; the benchmarks feed them again and again.
struct CapturedFrames {
    enum Piece {
        case frame([UInt8])
        case snapshot([UInt8], InstrumentID)
    }

    let dialect: any VenueDialect
    let listings: [Listing]
    let pieces: [(at: Moment, piece: Piece)]

    static let start = Moment(nanoseconds: 1_790_000_000_000_000_000)

    init(_ venue: NodeConfiguration.Venue, seconds: Int64) throws {
        guard let dialect = DialectCatalog.make(venue.profile, venue.listings),
            let double = DoubleCatalog.make(
                venue: venue.profile.name, seed: 7, instruments: DoubleCatalog.demoInstruments,
                account: DoubleCatalog.demoAccount(apiKey: "bench", secret: "YmVuY2g="),
                start: CapturedFrames.start)
        else { throw ExitCode(70) }
        self.dialect = dialect
        listings = venue.listings
        var pieces: [(at: Moment, piece: Piece)] = []
        for (index, plan) in dialect.publicStreams().enumerated() {
            double.opened(index + 1, path: CapturedFrames.path(plan.url), at: CapturedFrames.start)
            for text in plan.greetings { double.received(text, on: index + 1, at: CapturedFrames.start) }
        }
        var now = CapturedFrames.start
        let end = now + .seconds(seconds)
        var tick = 0
        while now < end {
            now = now + .milliseconds(10)
            tick += 1
            double.advance(to: now)
            for frame in double.takeOutgoing() {
                if case .text(let bytes) = frame.content { pieces.append((now, .frame(bytes))) }
            }
            guard tick == 50 else { continue }
            for listing in venue.listings {
                guard let plan = dialect.snapshotRequest(listing.instrument.id) else { continue }
                let answer = double.respond(
                    to: DoubleRequest(method: plan.method, target: plan.target, headers: [], body: plan.body),
                    at: now)
                pieces.append((now, .snapshot(answer.body, listing.instrument.id)))
            }
        }
        self.pieces = pieces
    }

    private static func path(_ url: String) -> String {
        let rest =
            url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).dropFirst(2).first ?? ""
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }

    /// Binance's venue of the demo's configuration: the workloads' frames are spelled as it spells them.
    static func binance() throws -> NodeConfiguration.Venue {
        guard let venue = try configuration().venues.first(where: { $0.profile.name == "binance-spot" })
        else {
            Terminal.say("config/demo.yaml names no binance-spot, in whose spelling the frames are")
            throw ExitCode(78)
        }
        return venue
    }

    /// The demo's configuration with the venues' production endpoints, which nothing here connects to.
    static func configuration() throws -> NodeConfiguration {
        guard let path = HouseFiles.find("config/demo.yaml") else {
            Terminal.say("config/demo.yaml is not here: run from the project's folder")
            throw ExitCode(78)
        }
        return try NodePlanning.load(path)
    }
}
