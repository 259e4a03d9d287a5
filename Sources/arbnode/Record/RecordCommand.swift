import ArgumentParser
import Configuration
import LiveWorld
import Ports
import Recordings
import TradingModel
import VenueKit

/// `arbnode record`: a venue's public traffic, byte for byte, in the format that replay, backtest and the
/// doubles read.
struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Write a recording of a venue's market data.",
        discussion: """
            Gzip if the name ends in .gz. Runs until asked to end or for --seconds; a kill loses at most a \
            second.

            Example: arbnode record --venue okx --symbol BTC-USDT --out okx.rec.gz --seconds 60
            """)

    @Option(help: ArgumentHelp(DialectCatalog.names.joined(separator: ", "), valueName: "name")) var venue:
        String
    @Option(
        help: ArgumentHelp("An instrument of the venue's file, BTC-USDT (repeatable).", valueName: "symbol"))
    var symbol: [String]
    @Option(help: ArgumentHelp("The recording to write; must not exist.", valueName: "file")) var out: String
    @Option(help: "End after this many seconds.") var seconds: Double?
    @Option(help: ArgumentHelp("Use these venue files.", valueName: "dir")) var venues: String = "venues"
    @Option(help: ArgumentHelp("REST origin instead of the venue's, for test venues.", valueName: "url"))
    var rest: String?
    @Option(help: ArgumentHelp("Public WebSocket URL instead of the venue's.", valueName: "url"))
    var publicWs: String?
    @Option(help: ArgumentHelp("A CA to trust besides the system's.", valueName: "file")) var ca: String?

    func validate() throws {
        guard DialectCatalog.names.contains(venue) else {
            throw ValidationError(
                "--venue \(venue): known are \(DialectCatalog.names.joined(separator: ", ")).")
        }
        guard !symbol.isEmpty else { throw ValidationError("Name at least one --symbol.") }
    }

    func run() async throws {
        guard let path = HouseFiles.find("\(venues)/\(venue).yaml") else {
            Terminal.say("\(venues)/\(venue).yaml is not here; name the folder with --venues")
            throw ExitCode(78)
        }
        let sheet: VenueSheet
        switch VenueSheet.load(path: path) {
        case .success(let loaded): sheet = loaded
        case .failure(let problems):
            Terminal.say("\(problems)")
            throw ExitCode(78)
        }
        var profile = sheet.profile
        if let rest { profile.restOrigin = rest }
        if let publicWs { profile.publicURL = publicWs }
        let listings = try symbol.enumerated().map { index, name in try listing(name, index, sheet) }
        guard let dialect = DialectCatalog.make(profile, listings) else { throw ExitCode(78) }
        let live = try LiveWorld.make(dataDirectory: out + ".unused", extraCA: ca)
        defer { live.shutdown() }
        let writer: RecordingWriter
        do throws(RecordingFault) {
            writer = try RecordingWriter(
                path: out,
                header: RecordingHeader(
                    venue: venue, symbols: listings.map(\.symbol), source: "arbnode record"))
        } catch {
            Terminal.say("\(error)")
            throw ExitCode(73)
        }
        let recorder = Recorder(dialect: dialect, writer: writer, world: live.world)
        let fault = await recorder.record(seconds: seconds, signals: Signals())
        if let fault {
            Terminal.say("\(fault)")
            throw ExitCode(73)
        }
        let frames = await recorder.frames
        Terminal.say("\(frames) frames written to \(out)")
        guard frames > 0 else {
            Terminal.say("\(venue) sent nothing: is \(profile.publicURL) reachable from here?")
            throw ExitCode(69)
        }
    }

    private func listing(_ name: String, _ index: Int, _ sheet: VenueSheet) throws -> Listing {
        let parts = name.split(separator: "-").map(String.init)
        guard parts.count == 2,
            let listing = sheet.listing(
                of: Instrument(
                    id: InstrumentID(index), base: Asset(parts[0]), quote: Asset(parts[1]), priceScale: 8,
                    quantityScale: 8), venue: VenueID(0))
        else {
            Terminal.say(
                "\(venue) lists no \(name); its file has "
                    + sheet.symbols.map(\.instrument).joined(separator: ", ")
            )
            throw ExitCode(78)
        }
        return listing
    }
}
