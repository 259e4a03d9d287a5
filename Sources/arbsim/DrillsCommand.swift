import ArgumentParser
import Configuration
import Foundation
import Glibc
import Simulator

struct DrillsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drills",
        abstract: "Rehearses every runbook: its trigger, its run, kills at each step.",
        discussion: """
            For each runbook a whole simulated node: what the runbook is for happens, the run is started by \
            its incident or by a person, people answer and approve, and what must be so afterwards is \
            looked at, also at the venues. Then again with the node killed at every row of the run, before \
            it is durable and after. Plans are made on the way, and must write nothing. Ends with one JSON \
            object; exit code 1 when anything is not as it should be.

            Example: arbsim drills --only rb-27-book-proof
            """)

    @Option(help: "Only this runbook; may be given again.")
    var only: [String] = []

    @Flag(help: "Without the kills.")
    var quick = false

    @Flag(help: "Only what fires the codes that no drill fires.")
    var scenes = false

    @Flag(help: "As it is without: one JSON object on stdout.")
    var json = false

    @Flag(help: .hidden)
    var share = false

    @OptionGroup var workers: WorkerOptions

    func validate() throws {
        let known = Drills.names
        if let stray = only.first(where: { !known.contains($0) }) {
            throw ValidationError(
                "--only \(stray): there is no such drill; there are \(known.joined(separator: ", "))")
        }
    }

    func run() throws {
        do { try rehearse() } catch let complaint as Complaint { throw complaint.said() }
    }

    private func rehearse() throws {
        var course: DrillCourse
        do { course = DrillCourse(try Drills.shelf()) { Console.note($0) } } catch {
            throw Complaint.badData("the runbooks cannot be read: \(error)")
        }
        if share {
            for name in only { Console.result(ReportJSON.wire(course.rehearse(name, kills: !quick))) }
            return
        }
        if !scenes { for share in try shares(only.isEmpty ? Drills.names : only) { course.take(share) } }
        if only.isEmpty { course.fireOthers() }
        for fault in course.faults { Console.note("FAILED \(fault)") }
        Console.result(ReportJSON.text(course.report))
        let isGood = only.isEmpty && !quick && !scenes ? course.report.isGood : course.faults.isEmpty
        if !isGood { throw ExitCode(1) }
    }

    /// Each runbook in a process of its own, as many at a time as there are workers.
    private func shares(_ names: [String]) throws(Complaint) -> [DrillShare] {
        var waiting = names[...]
        var running: [(process: Process, output: Pipe)] = []
        var shares: [DrillShare] = []
        while !waiting.isEmpty || !running.isEmpty {
            while running.count < workers.count, let name = waiting.popFirst() {
                running.append(try begin(name))
            }
            // Its one line fits into the pipe: it can end before it is read.
            guard let place = running.firstIndex(where: { !$0.process.isRunning }) else {
                usleep(50_000)
                continue
            }
            shares.append(try ended(running.remove(at: place)))
        }
        return shares
    }

    private func begin(_ name: String) throws(Complaint) -> (process: Process, output: Pipe) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: HouseFiles.executable)
        process.arguments = ["drills", "--share", "--only", name] + (quick ? ["--quick"] : [])
        process.standardOutput = output
        do { try process.run() } catch {
            throw .internalFault("cannot start a worker: \(error.localizedDescription)")
        }
        return (process, output)
    }

    private func ended(_ worker: (process: Process, output: Pipe)) throws(Complaint) -> DrillShare {
        let line = worker.output.fileHandleForReading.readDataToEndOfFile()
        do { return try JSONDecoder().decode(DrillShare.self, from: line) } catch {
            throw .internalFault("a worker has died: its drill must not end a process")
        }
    }
}
