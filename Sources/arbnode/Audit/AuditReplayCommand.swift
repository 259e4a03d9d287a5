import ArgumentParser
import Audit
import Configuration
import Engine
import Foundation
import LiveWorld
import Orders
import Tape
import TradingModel

/// `arbnode audit replay`: a minute of the past as the engine saw it, decided again.
struct AuditReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "A minute of the past as the engine saw it, and whether it decides the same again.",
        discussion: """
            Tells an engine all that the node's was told since that run began: every book message, fill, \
            answer, timer and word of a person, under the configuration of then. Whatever it answers, rows, \
            orders and incidents, must be what was answered then, byte for byte; the exit code is 1 where it \
            is not. Shows the books, orders and mode at the moment, and what happened in the seconds behind \
            it. Without --at the whole last run is decided again. Of a node that runs, or was killed, the \
            last second may be missing.

            Example: arbnode audit replay data/live --at 2026-11-29T14:05:00Z
            """)

    @OptionGroup var data: DataDirectory
    @Option(help: ArgumentHelp("The moment (UTC).", valueName: "time")) var at: UTCInstant?
    @Option(help: ArgumentHelp("How much behind it is shown (default: 60).", valueName: "s"))
    var seconds: Double = 60
    @Option(help: ArgumentHelp("A configuration instead of the one that held.", valueName: "file"))
    var config: String?
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        guard seconds.isFinite, (0...86_400).contains(seconds) else {
            throw ValidationError("--seconds takes a number from 0 to 86400.")
        }
    }

    struct Difference: Encodable {
        var entry: Int
        var at: String
        var answeredNow: [String]
    }

    struct Answer: Encodable {
        var began: String
        var version: String
        var reached: String
        /// The run's end is on the tape.
        var isWhole: Bool
        var entries: Int
        var bookMessages: Int
        var events: Int
        /// Lists of directives that were given again, byte for byte.
        var decisionsAgain: Int
        /// The first other answer; nothing was told behind it.
        var difference: Difference?
        var at: String?
        var seen: EngineView?
        var happened: [MinuteLog.Line]
    }

    func run() throws {
        do {
            let answer = try replay()
            if json {
                Terminal.print(try Terminal.json(answer))
            } else {
                for line in answer.lines { Terminal.print(line) }
            }
            if answer.difference != nil { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            Terminal.say("\(data.path): \(error)")
            throw ExitCode(65)
        }
    }

    private func replay() throws -> Answer {
        let policy = try config.map { try NodePlanning.load($0).policy }
        var telling = try TapeTelling(
            in: data.path, at: at?.moment, policy: policy,
            archive: ContentArchive(data.path + "/configurations"))
        let window = at.map { $0.moment...($0.moment + .nanoseconds(Int64(seconds * 1e9))) }
        var (seen, log) = (EngineView?.none, MinuteLog())
        let isDrawing = Terminal.errorIsTerminal && !json
        try telling.play(
            until: window?.upperBound ?? .distantFuture,
            progress: { if isDrawing, $0 > 0 { Terminal.say("file \($0) of \($1) told …") } },
            { entry, rerun in
                guard let window, let engine = rerun.engine, rerun.now >= window.lowerBound else { return }
                if seen == nil { seen = EngineView(engine, at: rerun.now) }
                log.note(entry, rerun, engine)
            })
        let rerun = telling.rerun
        return Answer(
            began: UTCTime.text(rerun.header?.at ?? .distantPast), version: rerun.header?.version ?? "",
            reached: UTCTime.text(rerun.now), isWhole: rerun.isWhole, entries: rerun.entries,
            bookMessages: rerun.books, events: rerun.events, decisionsAgain: rerun.agreed,
            difference: rerun.difference.map {
                Difference(entry: $0.entry, at: UTCTime.text($0.at), answeredNow: $0.directives)
            },
            at: at.map { UTCTime.text($0.moment) }, seen: seen, happened: log.lines)
    }
}

extension AuditReplayCommand.Answer {
    var lines: [String] {
        var lines = happened.map { "\($0.at)  \($0.subject)  \($0.text)" }
        if let seen { lines = ["As the engine saw it:"] + seen.lines + [""] + lines + [""] }
        let told = "told \(bookMessages) book messages and \(events) events from \(began) to \(reached)"
        if let difference {
            lines.append(
                "\(told): \(decisionsAgain) answers again, then another one at \(difference.at), entry "
                    + "\(difference.entry): " + difference.answeredNow.joined(separator: "; "))
        } else {
            lines.append("\(told): all \(decisionsAgain) answers again, byte for byte")
        }
        if !isWhole, at == nil {
            lines.append("the run goes on, or did not end in order: its last second may be missing")
        }
        if version != ArbNode.configuration.version {
            lines.append("taped by arbnode \(version), told to arbnode \(ArbNode.configuration.version)")
        }
        return lines
    }
}
