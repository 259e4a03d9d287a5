/// A request as it goes over the socket.
public struct ControlRequest: Codable, Hashable, Sendable {
    public var version: Int
    public var command: String
    public var arguments: [String: ControlArgument]?

    public init(_ command: ControlCommand) {
        version = ControlProtocol.version
        self.command = command.name.rawValue
        arguments = command.arguments
    }
}

extension ControlCommand {
    /// What a line asks for. Nothing is guessed: an argument that the command does not know refuses it, since
    /// it may have been meant to narrow what is done.
    public static func read(_ line: [UInt8]) throws(ControlFault) -> ControlCommand {
        struct Versioned: Decodable { var version: Int }
        let version: Int
        let request: ControlRequest
        do {
            version = try ControlProtocol.read(Versioned.self, from: line).version
            // The form of a later version is not known: its number is all that counts.
            guard version == ControlProtocol.version else { throw ControlFault.unsupported(version) }
            request = try ControlProtocol.read(ControlRequest.self, from: line)
        } catch let fault as ControlFault {
            throw fault
        } catch {
            throw ControlFault(
                .malformed, "not a request",
                remedy: #"send one JSON object a line, as {"version":1,"command":"status"}"#)
        }
        guard let name = Name(rawValue: request.command) else {
            throw ControlFault(
                .unknownCommand, "no such command: \(ControlText.shown(request.command))",
                remedy: "there are \(Name.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        var arguments = ArgumentReading(name, request.arguments ?? [:])
        let command = try arguments.command()
        try arguments.finish()
        return command
    }
}

/// Takes a command's arguments one by one; what is left over is an error.
private struct ArgumentReading {
    let name: ControlCommand.Name
    var rest: [String: ControlArgument]

    init(_ name: ControlCommand.Name, _ arguments: [String: ControlArgument]) {
        self.name = name
        rest = arguments
    }

    mutating func command() throws(ControlFault) -> ControlCommand {
        switch name {
        case .status: return .status
        case .venues: return .venues
        case .books: return .books(symbol: try mustText("symbol"))
        case .route: return .route(try route())
        case .latency: return .latency
        case .positions: return .positions
        case .orders: return .orders(onlyUnknown: try flag("unknown"))
        case .hedges: return try number("trade").map { .trade(number: $0) } ?? .hedges
        case .incidents: return .incidents
        case .limits: return .limits
        case .rules:
            guard let name = try text("rule") else { return .rules }
            return .rule(name: name, isOn: try mustFlag("on"), reason: try reason())
        case .hold: return .hold(reason: try reason())
        case .resume: return .resume(venue: try text("venue"), reason: try reason())
        case .safeMode: return .safeMode(reason: try reason())
        case .reconcile:
            let venue = try mustText("venue")
            guard try flag("accept") else {
                throw bad("reconcile takes the venue's balances for right: it needs accept")
            }
            return .accept(venue: venue, reason: try reason())
        }
    }

    func finish() throws(ControlFault) {
        guard let stray = rest.keys.min() else { return }
        throw bad("\(name.rawValue) takes no argument \(ControlText.shown(stray))")
    }

    private mutating func route() throws(ControlFault) -> RouteQuestion {
        let symbol = try mustText("symbol")
        guard let side = RouteQuestion.Side(rawValue: try mustText("side")) else {
            throw bad("side takes buy or sell")
        }
        return RouteQuestion(
            symbol: symbol, side: side, quantity: try mustText("quantity"), limit: try text("limit"),
            isPostOnly: try flag("post_only"))
    }

    private mutating func text(_ key: String) throws(ControlFault) -> String? {
        switch rest.removeValue(forKey: key) {
        case nil: return nil
        case .text(let text):
            guard !text.isEmpty, text.count <= 64 else { throw bad("\(key) takes 1 to 64 characters") }
            return text
        default: throw bad("\(key) takes text")
        }
    }

    private mutating func mustText(_ key: String) throws(ControlFault) -> String {
        guard let text = try text(key) else { throw bad("\(name.rawValue) needs \(key)") }
        return text
    }

    private mutating func number(_ key: String) throws(ControlFault) -> UInt64? {
        switch rest.removeValue(forKey: key) {
        case nil: return nil
        case .number(let number): return number
        default: throw bad("\(key) takes a number")
        }
    }

    private mutating func flag(_ key: String) throws(ControlFault) -> Bool {
        switch rest.removeValue(forKey: key) {
        case nil: return false
        case .flag(let flag): return flag
        default: throw bad("\(key) takes true or false")
        }
    }

    private mutating func mustFlag(_ key: String) throws(ControlFault) -> Bool {
        guard rest[key] != nil else { throw bad("\(name.rawValue) needs \(key)") }
        return try flag(key)
    }

    /// Goes into rows and onto terminals: one line of visible text.
    private mutating func reason() throws(ControlFault) -> String {
        guard let argument = rest.removeValue(forKey: "reason") else { throw withoutReason }
        guard case .text(let text) = argument else { throw bad("reason takes text") }
        guard text.contains(where: { !$0.isWhitespace }) else { throw withoutReason }
        guard text.count <= ControlProtocol.longestReason, ControlText.isPlain(text) else {
            throw bad(
                "reason takes one line of at most \(ControlProtocol.longestReason) characters, "
                    + "no control characters")
        }
        return text
    }

    private var withoutReason: ControlFault {
        ControlFault(
            .reasonRequired, "\(name.rawValue) changes what the node does and needs a reason",
            remedy: "add --reason \"why\": it goes into the audit log with your name")
    }

    private func bad(_ what: String) -> ControlFault {
        ControlFault(.badArguments, what, remedy: "see arbctl \(name.rawValue) --help")
    }
}

/// Text that others sent, before it is shown or written down.
enum ControlText {
    static func isPlain(_ text: String) -> Bool {
        !text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
    }

    /// Short and harmless on a terminal.
    static func shown(_ text: String) -> String {
        let safe = text.unicodeScalars.prefix(40).map { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "?" : Character(scalar)
        }
        return "\"\(String(safe))\(text.unicodeScalars.count > 40 ? "…" : "")\""
    }
}
