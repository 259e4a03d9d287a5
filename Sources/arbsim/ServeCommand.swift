import ArgumentParser
import Recordings
import SimulatedWorld
import TradingModel
import VenueServer

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves one venue double on 127.0.0.1: HTTPS and secure WebSockets.",
        discussion: """
            Prints one JSON line when it listens: where, what certificate to trust, and one funded account.
            Serves until SIGTERM or SIGINT, then prints a second line: what its accounts ended with.

            --faults plays a script: a JSON array such as
            [{"after":"10s","fault":"maintenance","for":"15s"},
             {"after":"1m","fault":"gap","symbol":"BTC-USDT","count":3}]
            where `after` counts from the ready line. Without a symbol every symbol is meant. The faults, with
            the keys they need and [take]:
            \(ServeCommand.recipes)

            Example: arbsim serve --venue okx
            """)

    @Option(help: "\(DoubleCatalog.venues.joined(separator: ", ")); with --recording the recording says it.")
    var venue: String?

    @Option(help: "Port on 127.0.0.1; 0 takes a free one.")
    var port: Int = 0

    @Option(help: "Seed of the generated market. Doubles with one seed share one market. Default: 1")
    var seed: UInt64?

    @Option(help: "Serve this recording (.rec or .rec.gz) instead of a generated market.")
    var recording: String?

    @Option(help: "Pace of the recording: 1 as recorded, 2.5, …, max.")
    var speed: String?

    @Option(help: "Directory of ca.pem, server.pem and server-key.pem; made there when it has none.")
    var cert: String?

    @Option(help: "Faults to play, a JSON array of {after, fault, for, symbol, …}; see above.")
    var faults: String?

    @Option(help: "Accounts: a JSON array of {api_key, secret, passphrase, balances: {ASSET: \"decimal\"}}.")
    var accounts: String?

    @Option(help: "Keep the accounts in this directory, so that they outlive the process.")
    var data: String?

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port \(port): a port is 0 to 65535")
        }
        if let venue, recording == nil, !DoubleCatalog.venues.contains(venue) {
            throw ValidationError("--venue \(venue): no such venue; there are \(names)")
        }
        guard recording != nil else {
            if venue == nil { throw ValidationError("--venue is missing: one of \(names)") }
            if speed != nil {
                throw ValidationError("--speed paces a recording; give --recording FILE with it")
            }
            return
        }
        if seed != nil {
            throw ValidationError("--seed makes a market; a recording has its own: give one of the two")
        }
        if data != nil {
            throw ValidationError("--data keeps accounts of a generated market, not of a recording")
        }
        if faults != nil {
            throw ValidationError("--faults needs a generated market; a recording shows what was")
        }
        if let speed, PlaybackSpeed(speed) == nil {
            throw ValidationError("--speed \(speed): expected 1, 2.5, … up to 1000000, or max")
        }
    }

    private var names: String { DoubleCatalog.venues.joined(separator: ", ") }

    func run() async throws {
        do { try await serve() } catch let complaint as Complaint { throw complaint.said() }
    }

    private func serve() async throws {
        let signals = StopSignals()
        let played = try recording.map { path throws(Complaint) in try load(path) }
        let name = played?.venue ?? venue ?? ""
        let accounts = try accountSpecs(name)
        let pace = speed.flatMap { PlaybackSpeed($0) } ?? .recorded
        let double =
            played.map { ServeCommand.double(of: $0, speed: pace, accounts) }
            ?? ServeCommand.double(of: name, seed: seed ?? 1, accounts)
        guard let double else { throw Complaint.usage("--venue \(name): no such venue; there are \(names)") }
        let script = try faults.map { path throws(Complaint) in try self.script(path, for: double) }
        let authority = try certificates()
        defer { authority.remove() }
        let host = try await open(double, name, authority)
        let ready = ReadyLine(venue: name, port: host.port, ca: authority.caPath, account: accounts[0])
        Console.result(ready.text)
        if let script { await host.play(script) { Console.note("arbsim: \(name) \($0.text)") } }
        let fault = await withTaskGroup(of: JournalFile.Fault?.self) { group in
            group.addTask {
                await signals.next()
                return nil
            }
            group.addTask { await host.untilEnded() }
            let first = await group.next() ?? nil
            await host.stop()
            group.cancelAll()
            return first
        }
        Console.result(EndedLine(venue: name, truth: await host.truth()).text)
        let seen = await host.counters()
        Console.note(
            "arbsim: \(name) answered \(seen.requests) requests and served \(seen.sockets) WebSockets"
                + " (\(seen.framesOut) frames out, \(seen.framesIn) in,"
                + " \(seen.slowReaders) slow readers cut off)")
        if let fault { throw Complaint(fault) }
    }

    private static func double(
        of venue: String, seed: UInt64, _ accounts: [DoubleAccountSpec]
    ) -> sending (any VenueDouble)? {
        DoubleCatalog.make(
            venue: venue, seed: seed, instruments: DoubleCatalog.demoInstruments, accounts: accounts,
            start: VenueHost.now)
    }

    private static func double(
        of recording: Recording, speed: PlaybackSpeed, _ accounts: [DoubleAccountSpec]
    ) -> sending any VenueDouble {
        DoubleCatalog.play(
            recording, speed: speed, instruments: DoubleCatalog.demoInstruments, accounts: accounts,
            start: VenueHost.now)
    }

    private func load(_ path: String) throws(Complaint) -> Recording {
        let text: RecordingText
        do throws(Recordings.RecordingFault) { text = try RecordingText(path: path) } catch {
            throw Complaint(error)
        }
        if let cutOff = text.cutOff { Console.note("arbsim: \(cutOff); serving what is before") }
        let recording: Recording
        do throws(SimulatedWorld.RecordingFault) { recording = try Recording(text.bytes) } catch {
            throw .badData("\(path): \(error)")
        }
        if let venue, venue != recording.venue {
            throw .badData("\(path) is a recording of \(recording.venue), not of \(venue)")
        }
        return recording
    }

    private func script(_ path: String, for double: any VenueDouble) throws(Complaint) -> FaultScript {
        guard let venue = double as? any SimulatedVenue else {
            preconditionFailure("a recording takes no faults")
        }
        let bytes = try Complaint.contents(of: path)
        do throws(FaultScript.Fault) {
            return try FaultScript(Array(bytes), symbols: venue.mischief.symbols)
        } catch { throw .badData(error.problems.map { "\(path): \($0)" }.joined(separator: "\n")) }
    }

    /// The table of faults, for people.
    private static var recipes: String {
        FaultRecipe.all.map { recipe in
            let terms =
                recipe.needs.map { " " + $0.rawValue } + recipe.takes.map { " [\($0.rawValue)]" }
            return "  \(recipe.id) \(recipe.name)\(terms.joined())"
        }.joined(separator: "\n")
    }

    private func accountSpecs(_ venue: String) throws(Complaint) -> [DoubleAccountSpec] {
        if let accounts { return try AccountsFile.read(accounts, venue: venue) }
        // base64, because Kraken's secrets are
        let secret = "YXJic2ltLXNlY3JldC1vZi1hLXRlc3QtYWNjb3VudA=="
        let passphrase = venue.hasPrefix("okx") ? "arbsim-passphrase" : ""
        // A segment of perpetuals is on an account of its own.
        let key = DoubleCatalog.perpetualVenues.contains(venue) ? "arbsim-key-perpetual" : "arbsim-key"
        return [DoubleCatalog.demoAccount(apiKey: key, secret: secret, passphrase: passphrase)]
    }

    private func certificates() throws(Complaint) -> TestAuthority {
        do throws(TestAuthority.Fault) {
            if let cert { return try TestAuthority.inDirectory(cert) }
            return try TestAuthority.temporary()
        } catch { throw Complaint(error) }
    }

    private func open(
        _ double: sending any VenueDouble, _ name: String, _ authority: TestAuthority
    ) async throws(Complaint) -> VenueHost {
        do throws(VenueHostFault) {
            var journal: JournalFile?
            if let data {
                do throws(JournalFile.Fault) { journal = try JournalFile(directory: data, venue: name) } catch
                {
                    throw VenueHostFault.journal(error)
                }
            }
            return try await VenueHost.start(
                double: double, port: port, authority: authority, journal: journal,
                pacedByReaders: recording != nil && speed != nil)
        } catch {
            authority.remove()
            throw Complaint(error)
        }
    }
}
