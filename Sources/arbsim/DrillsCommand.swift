import ArgumentParser
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
            throw Complaint.noInput("the runbooks cannot be read: \(error)")
        }
        course.run(only: only.isEmpty ? nil : only, kills: !quick)
        for fault in course.faults { Console.note("FAILED \(fault)") }
        Console.result(ReportJSON.text(course.report))
        let isGood = only.isEmpty && !quick ? course.report.isGood : course.faults.isEmpty
        if !isGood { throw ExitCode(1) }
    }
}
