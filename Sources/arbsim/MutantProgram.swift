import Configuration
import Foundation
import Glibc
import Simulator

/// The other build of this program, the one with the planted defects in it.
enum MutantProgram {
    private static let folder = ".build-mutants"
    /// Tells the other build that it is the other build, so that a wrong one does not build itself for ever.
    private static let mark = "ARBNODE_PLANTED_DEFECTS"

    /// Builds it from the sources this program was built from, then becomes it, with the same arguments.
    static func buildAndBecome() throws(Complaint) -> Never {
        guard ProcessInfo.processInfo.environment[mark] == nil else {
            throw .internalFault("this program was built without the planted defects all the same")
        }
        guard let root = HouseFiles.packageRoot else {
            throw .unavailable(
                "the planted defects are not in this program, and there is no source tree above"
                    + " \(HouseFiles.executable) to build them from; run `make mutants` in a source tree")
        }
        // read by Package.swift, and inherited by the program
        setenv(mark, "1", 1)
        try build(root)
        let program = "\(root)/\(folder)/release/arbsim"
        var words = ([program] + CommandLine.arguments.dropFirst()).map { strdup($0) } + [nil]
        execv(program, &words)
        throw .internalFault("cannot start \(program): \(String(cString: strerror(errno)))")
    }

    private static func build(_ root: String) throws(Complaint) {
        let swift = ProcessInfo.processInfo.environment["SWIFT"] ?? "swift"
        Console.note("arbsim: building arbsim with the planted defects (several minutes the first time) …")
        let build = Process()
        build.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        build.arguments = [
            swift, "build", "-c", "release", "--package-path", root, "--scratch-path", "\(root)/\(folder)",
            "--product", "arbsim",
        ]
        // stdout is for the result
        build.standardOutput = FileHandle.standardError
        do { try build.run() } catch {
            throw .unavailable("cannot run \(swift): \(error.localizedDescription)")
        }
        build.waitUntilExit()
        guard build.terminationStatus == 0 else {
            throw .unavailable("\(swift) build ended with \(build.terminationStatus); see above")
        }
    }
}
