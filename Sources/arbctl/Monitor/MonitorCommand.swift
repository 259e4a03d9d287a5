import ArgumentParser
import Control
import Foundation

/// `arbctl monitor`.
struct MonitorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "A live view: what the node does, books, edges, positions, hedges, health, latencies.",
        discussion: """
            Keys: q ends, tab and arrows turn pages and scroll, 1 to 9 show a page, ? lists them. The first \
            lines say what the node does, what blocks it and what to do next. When the output is no \
            terminal, or with --once, the page is printed once as plain text.

            Example: arbctl monitor
            """)

    @Flag(help: "Print the page once, as plain text.") var once = false
    @Option(
        help: ArgumentHelp(
            "The page to begin with: \(MonitorPage.allCases.map(\.name).joined(separator: ", ")).",
            valueName: "name"))
    var page: String?
    @Option(help: ArgumentHelp("How often to ask the node, as 500ms or 2s.", valueName: "duration"))
    var interval = Patience(milliseconds: 1_000)
    @OptionGroup var node: NodeConnection

    func validate() throws {
        if let page, MonitorPage.allCases.allSatisfy({ $0.name != page }) {
            throw ValidationError(
                "--page takes one of \(MonitorPage.allCases.map(\.name).joined(separator: ", ")).")
        }
    }

    func run() throws {
        var state = MonitorState()
        state.page = MonitorPage.allCases.first { $0.name == page } ?? .overview
        if node.json { return try node.show(.status, as: StatusAnswer.self) { _ in [] } }
        guard !once, let screen = TerminalScreen(input: STDIN_FILENO, output: STDOUT_FILENO) else {
            return try print(state)
        }
        try follow(&state, screen)
    }

    private func print(_ state: MonitorState) throws {
        var data = MonitorData()
        let link = NodeLink(node)
        try link.reporting { try data.refresh(state.page, link) }
        let columns = Int(ProcessInfo.processInfo.environment["COLUMNS"] ?? "") ?? 80
        let lines = MonitorView(columns: max(20, columns), rows: nil).lines(data, state)
        Terminal.print(lines.map(\.text).joined(separator: "\n"))
    }

    private func follow(_ state: inout MonitorState, _ screen: TerminalScreen) throws {
        var data = MonitorData()
        let link = NodeLink(node)
        // The first answer before the screen changes: what is wrong with the way there is said as always.
        try link.reporting { try data.refresh(state.page, link) }
        MonitorSignals.watch()
        screen.enter()
        defer { screen.leave() }
        var nextLook = MonitorCommand.clock + interval.milliseconds
        while !state.isOver, MonitorSignals.end == nil {
            let (columns, rows) = screen.size
            let view = MonitorView(columns: columns, rows: rows)
            screen.draw(view.lines(data, state))
            guard let bytes = screen.typed(within: max(0, nextLook - MonitorCommand.clock)) else { return }
            let keys = MonitorKey.keys(in: bytes)
            let before = state.page
            for key in keys { state.press(key, pageHeight: view.pageHeight(data)) }
            if !keys.isEmpty { link.isAttended = true }
            guard state.page != before || MonitorCommand.clock >= nextLook else { continue }
            nextLook = MonitorCommand.clock + interval.milliseconds
            do {
                try data.refresh(state.page, link)
                data.fault = nil
            } catch { data.fault = link.text(of: error) }
        }
    }

    /// Monotonic milliseconds.
    private static var clock: Int {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return now.tv_sec * 1_000 + now.tv_nsec / 1_000_000
    }
}

/// The way to the node: one connection while it holds, another when it broke.
final class NodeLink: Asking {
    private let node: NodeConnection
    private var client: ControlClient?
    /// A person has touched a key since the last question.
    var isAttended = true

    init(_ node: NodeConnection) { self.node = node }

    func ask<Answer: Codable & Sendable>(_ command: ControlCommand, _ type: Answer.Type) throws -> Answer {
        let client =
            try client ?? ControlClient(path: try node.path(), milliseconds: node.timeout.milliseconds)
        self.client = client
        do {
            let answer = try client.ask(command, for: type, unattended: !isAttended)
            isAttended = false
            return answer
        } catch let fault as ControlClient.Fault {
            self.client = nil
            throw fault
        }
    }

    func text(of error: any Error) -> String { (error as? ControlClient.Fault)?.text ?? "\(error)" }

    /// As every command tells of a node that does not answer.
    func reporting(_ body: () throws -> Void) throws {
        do { try body() } catch let fault as ControlFault {
            Terminal.say("arbctl: \(fault)")
            throw ExitCode(fault.exitCode)
        } catch let fault as ControlClient.Fault {
            Terminal.say("arbctl: \(fault.text)")
            throw ExitCode(fault.exitCode)
        }
    }
}
