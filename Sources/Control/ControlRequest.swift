/// A request as it goes over the socket.
public struct ControlRequest: Codable, Hashable, Sendable {
    public var version: Int
    public var command: String
    public var arguments: [String: ControlArgument]?
    /// No person stands behind it: a view that refreshes itself.
    public var unattended: Bool?

    public init(_ command: ControlCommand, unattended: Bool = false) {
        self.unattended = unattended ? true : nil
        version = ControlProtocol.version
        self.command = command.name.rawValue
        arguments = command.arguments
    }
}

extension ControlCommand {
    /// What a line asks for. Nothing is guessed: an argument that the command does not know refuses it, since
    /// it may have been meant to narrow what is done.
    public static func read(_ line: [UInt8]) throws(ControlFault) -> ControlCommand {
        try attended(line).command
    }

    /// The same, and whether a person stands behind it.
    public static func attended(
        _ line: [UInt8]
    ) throws(ControlFault) -> (command: ControlCommand, isAttended: Bool) {
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
        return (command, request.unattended != true)
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
        case .incidents: return try incidents()
        case .heartbeats: return .heartbeats
        case .logs: return .logs(count: Int(clamping: min(try number("count") ?? 200, 200)))
        case .selfCheck: return .selfCheck(now: try flag("now"))
        case .runbooks: return try runbooks()
        case .portfolio: return .portfolio
        case .whatIf: return .whatIf(try whatIf())
        case .limits: return .limits
        case .rules:
            guard let name = try text("rule") else { return .rules }
            return .rule(name: name, isOn: try mustFlag("on"), reason: try reason())
        case .hold: return .hold(reason: try reason())
        case .resume:
            return .resume(
                ResumeWish(
                    try scope(), mode: try text("mode"), reason: try reason(), approvedBy: try people()))
        case .kill: return .kill(try scope(), flattens: try flag("flatten"), reason: try reason())
        case .maintenance:
            guard rest["on"] != nil else { throw bad("maintenance needs on: true or false") }
            let (isOn, flattens) = (try flag("on"), try flag("flatten"))
            if flattens, !isOn { throw bad("a maintenance that ends flattens nothing") }
            return .maintenance(isOn: isOn, flattens: flattens, reason: try reason())
        case .riskIndex:
            guard let target = try number("target") else { return .riskIndex(target: nil, reason: "") }
            guard target <= 100 else { throw bad("a risk index lies between 0 and 100") }
            return .riskIndex(target: Int(target), reason: try reason())
        case .safeMode: return .safeMode(reason: try reason())
        case .timeline: return .timeline(try timeline())
        case .report:
            guard let kind = ReportQuestion.Kind(rawValue: try text("kind") ?? "day") else {
                throw bad("kind takes day, week or month")
            }
            let day = try number("day")
            guard day ?? 0 <= 100_000 else { throw bad("day counts days since 1970") }
            return .report(ReportQuestion(kind, day: day, wantsPage: try flag("page")))
        case .config:
            guard try flag("reload") else { throw bad("config needs reload") }
            return .reload(reason: try reason(), approvedBy: try people())
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

    /// Without an argument the list; else exactly one of the three.
    private mutating func incidents() throws(ControlFault) -> ControlCommand {
        let (show, taken, resolved) = (try number("show"), try number("ack"), try number("resolve"))
        switch (show, taken, resolved) {
        case (nil, nil, nil): return .incidents
        case (let number?, nil, nil): return .incident(number: number)
        case (nil, let number?, nil): return .acknowledge(number: number, reason: try reason())
        case (nil, nil, let number?): return .resolve(number: number, reason: try reason())
        default: throw bad("incidents takes one of show, ack and resolve")
        }
    }

    /// Without an argument the list; else exactly one of these.
    private mutating func runbooks() throws(ControlFault) -> ControlCommand {
        let words = ["show", "run", "runs", "log", "approve", "answer", "abort"].filter { rest[$0] != nil }
        guard words.count <= 1 else { throw bad("runbooks takes one of \(words.joined(separator: ", "))") }
        switch words.first {
        case "show": return .runbook(name: try mustText("show"))
        case "run":
            return .startRun(
                RunWish(
                    try mustText("run"), venue: try text("venue"), plan: try text("plan"),
                    reason: try reason()))
        case "runs":
            guard try flag("runs") else { throw bad("runs takes true") }
            return .runs
        case "log": return .run(number: try mustNumber("log"))
        case "approve":
            return .changeRun(
                try mustNumber("approve"),
                .approve(plan: try mustText("plan"), by: try person(), reason: try reason()))
        case "answer": return .changeRun(try mustNumber("answer"), .answer(reason: try reason()))
        case "abort": return .changeRun(try mustNumber("abort"), .abort(reason: try reason()))
        default:
            guard let name = try text("plan") else { return .runbooks }
            return .plan(name: name, venue: try text("venue"))
        }
    }

    private mutating func mustNumber(_ key: String) throws(ControlFault) -> UInt64 {
        guard let number = try number(key) else { throw bad("\(name.rawValue) needs \(key)") }
        return number
    }

    /// Goes into rows: one name of visible text.
    private mutating func person() throws(ControlFault) -> String? {
        guard let text = try text("approved_by") else { return nil }
        guard ControlText.isPlain(text), text.contains(where: { !$0.isWhitespace }) else {
            throw bad("approved_by takes a name")
        }
        return text
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

    private mutating func timeline() throws(ControlFault) -> TimelineQuestion {
        guard let from = try number("from_ns"), let to = try number("to_ns"), from < to else {
            throw bad("timeline needs from_ns and to_ns, the first before the second")
        }
        let most = try number("most") ?? UInt64(TimelineQuestion.ordinary)
        guard (1...UInt64(TimelineQuestion.largest)).contains(most) else {
            throw bad("most lies between 1 and \(TimelineQuestion.largest)")
        }
        let subjects = try text("subjects")?.split(separator: ",").map(String.init) ?? []
        return TimelineQuestion(from: from, to: to, subjects: subjects, most: Int(most))
    }

    private mutating func whatIf() throws(ControlFault) -> WhatIfQuestion {
        guard rest["position"] != nil || rest["shock"] != nil || rest["limit"] != nil else {
            throw bad("what-if needs position, shock or limit")
        }
        return WhatIfQuestion(
            position: try text("position"), venue: try text("venue"), shock: try text("shock"),
            limit: try text("limit"))
    }

    /// At most one of the three; none is everything.
    private mutating func scope() throws(ControlFault) -> ControlScope {
        let (venue, strategy, symbol) = (try text("venue"), try text("strategy"), try text("symbol"))
        let named = [
            venue.map { ControlScope.venue($0) }, strategy.map { .strategy($0) }, symbol.map { .symbol($0) },
        ].compactMap { $0 }
        guard named.count <= 1 else { throw bad("name one of venue, strategy and symbol") }
        return named.first ?? .all
    }

    private mutating func people() throws(ControlFault) -> [String] {
        switch rest.removeValue(forKey: "approved_by") {
        case nil: return []
        case .text(let text):
            guard text.count <= 256, ControlText.isPlain(text) else {
                throw bad("approved_by takes names, at most 256 characters")
            }
            return text.split(separator: ",").map(String.init)
        default: throw bad("approved_by takes names, with commas between them")
        }
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
