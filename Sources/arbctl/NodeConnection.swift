import ArgumentParser
import Control
import Foundation

/// How to reach the node, and how to print what it says.
struct NodeConnection: ParsableArguments {
    @Option(
        help: ArgumentHelp("The node's control socket (default: see arbctl --help).", valueName: "path"))
    var socket: String?
    @Option(help: ArgumentHelp("How long to wait for the node, as 500ms or 5s.", valueName: "duration"))
    var timeout = Patience(milliseconds: 5_000)
    @Flag(help: "Print one JSON object on stdout.") var json = false

    /// Asks, and prints the answer: as JSON, or as the lines that `text` makes of it.
    func show<Answer: Codable & Sendable>(
        _ command: ControlCommand, as type: Answer.Type, _ text: (Answer) -> [String]
    ) throws {
        let answer = try ask(command, type)
        if json {
            Terminal.print(String(decoding: try ControlProtocol.line(answer), as: UTF8.self))
        } else {
            Terminal.print(text(answer).joined(separator: "\n"))
        }
    }

    private func ask<Answer: Codable & Sendable>(_ command: ControlCommand, _ type: Answer.Type) throws
        -> Answer
    {
        let path = try path()
        do {
            return try ControlClient(path: path, milliseconds: timeout.milliseconds).ask(command, for: type)
        } catch let fault as ControlFault {
            Terminal.say("arbctl: \(fault)")
            throw ExitCode(fault.exitCode)
        } catch let fault as ControlClient.Fault {
            Terminal.say("arbctl: \(fault.text)")
            throw ExitCode(fault.exitCode)
        }
    }

    func path() throws -> String {
        if let socket { return socket }
        if let named = ProcessInfo.processInfo.environment["ARBNODE_SOCKET"], !named.isEmpty { return named }
        let remedy = "name one: arbctl … --socket PATH, or set ARBNODE_SOCKET"
        switch ControlSocketSearch.find(below: ".", temporary: NSTemporaryDirectory()) {
        case .one(let path): return path
        case .none(let dead):
            Terminal.say("arbctl: no running node is found below data/ or among the demos")
            for path in dead { Terminal.say("  \(path) is left over: nobody listens there") }
            Terminal.say("start one (arbnode run, arbnode demo), go to its folder, or \(remedy)")
        case .several(let paths):
            Terminal.say("arbctl: several nodes run here:")
            for path in paths { Terminal.say("  \(path)") }
            Terminal.say(remedy)
        }
        throw ExitCode(69)
    }
}

/// `--timeout`.
struct Patience: ExpressibleByArgument, CustomStringConvertible {
    var milliseconds: Int

    init(milliseconds: Int) { self.milliseconds = milliseconds }

    init?(argument: String) {
        let units = [("ms", 1), ("s", 1_000), ("m", 60_000)]
        guard let (unit, factor) = units.first(where: { argument.hasSuffix($0.0) }),
            let count = Int(argument.dropLast(unit.count)), (1...600_000 / factor).contains(count)
        else { return nil }
        milliseconds = count * factor
    }

    var description: String { milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms" }
    var defaultValueDescription: String { description }
}

/// `--reason`: why somebody changes what the node does.
struct ReasonOption: ParsableArguments {
    @Option(help: ArgumentHelp("Why: goes into the audit log with your name.", valueName: "text"))
    var reason: String

    func validate() throws {
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw ValidationError("--reason needs a reason.")
        }
    }
}

extension ControlFault {
    /// sysexits.
    var exitCode: Int32 {
        switch code {
        case .badArguments, .reasonRequired, .unknownSymbol, .unknownVenue, .unknownTrade,
            .unknownStrategy, .unknownIncident, .unknownRunbook, .unknownRun:
            64
        case .conflict, .needsApproval: 1
        case .busy: 75
        case .badConfiguration: 78
        case .malformed, .tooLong, .unsupportedVersion, .unknownCommand, .other: 70
        }
    }
}

extension ControlClient.Fault {
    var exitCode: Int32 {
        switch self {
        case .tooLong: 64
        case .absent, .dead, .forbidden, .stranger: 69
        case .timedOut, .closed: 75
        case .incomprehensible, .failed: 70
        }
    }

    /// What is wrong, and what to do.
    var text: String {
        switch self {
        case .tooLong(let fault): "\(fault)"
        case .absent(let path):
            "\(path) does not exist: no node runs with that data directory, or it runs without its socket; "
                + "it says on stderr why"
        case .dead(let path): "nobody listens at \(path): its node has ended; start it again"
        case .forbidden(let path): "\(path) is another user's: only who runs the node, and root, may use it"
        case .stranger(let path, let user): "\(path) is served by a process of user \(user), not of yours"
        case .timedOut(let path): "the node at \(path) did not answer in time: --timeout gives it longer"
        case .closed(let path):
            "the node at \(path) closed the connection: it is ending, or does not know you"
        case .incomprehensible(let path, let detail):
            "\(path) gave an answer that is none (\(detail)): use the arbctl built with the node"
        case .failed(let path, let call, let code):
            "\(path): \(call): \(String(cString: strerror(code)))"
        }
    }
}
