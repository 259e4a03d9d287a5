import Simulator
import Testing

@Suite struct `The command that replays a failure` {
    @Test func `it names the seed alone when that is all there is`() {
        let line = ReplayLine.of(SeedJob(position: 4, seed: 7), program: ".build/release/arbsim")
        #expect(line == ".build/release/arbsim run --seeds 7 --no-corpus")
    }

    @Test func `it carries everything that makes the run what it was`() {
        let job = SeedJob(position: 4, seed: 7, scenario: "crash:after-append", virtualSeconds: 57.6)
        let line = ReplayLine.of(job, program: "arbsim", defect: "skip-sync", twice: true)
        #expect(
            line == "arbsim run --seeds 7 --scenario crash:after-append --virtual-seconds 57.6 --twice 100%"
                + " --defect skip-sync --no-corpus")
    }

    @Test func `a length reads back to the last bit`() throws {
        let seconds = 24 * 3600 / 7.0
        let line = ReplayLine.of(SeedJob(position: 0, seed: 1, virtualSeconds: seconds), program: "arbsim")
        let words = line.split(separator: " ")
        let place = try #require(words.firstIndex(of: "--virtual-seconds"))
        #expect(Double(words[place + 1]) == seconds)
    }

    @Test func `a path with spaces and quotes is one word for a shell`() {
        let line = ReplayLine.of(SeedJob(position: 0, seed: 1), program: "/my dir/it's/arbsim")
        #expect(line.hasPrefix("'/my dir/it'\\''s/arbsim' run "))
    }
}

@Suite struct `What is said of a worker that died` {
    @Test func `the trap message, and how the process ended`() {
        let output = "noise\nSimulator/X.swift:9: Fatal error: seventeen is bad\nmore noise\n"
        let text = CrashText.digest(status: 4, output: output)
        #expect(text.contains("SIGILL") && text.contains("seventeen is bad"))
        #expect(!text.contains("noise"))
    }

    @Test func `an optimised build's trap is told by its backtrace: what, and where in our sources`() {
        let output = """
            *** Signal 4: Backtracing from 0x55656527c0d3... done ***

            *** Swift runtime failure: precondition failure ***

            Thread 1 "oot.default-qos" crashed:

              0 [inlined] [system] 0x00f3 Swift runtime failure in arbsim at //<compiler-generated>
              1                    0x00d3 run() + 3219 in arbsim at /w/Sources/Simulator/X.swift:11:49
              2 [ra]               0x0057 main() + 9 in arbsim at /w/.build/p/Sources/Y.swift:71:21
              6 [async]            0x0060 completeTaskAndRelease(_:) in libswift_Concurrency.so
            ...

            Backtrace took 0.59s
            """
        #expect(
            CrashText.digest(status: 4, output: output) == "the process was ended by SIGILL"
                + " | Swift runtime failure: precondition failure"
                + " | run() + 3219 at Simulator/X.swift:11:49")
    }

    @Test func `the last lines when there is no trap message`() {
        let text = CrashText.digest(status: 3 << 8, output: "one\ntwo\nthree\nfour\n\n")
        #expect(text == "the process ended with code 3 | two | three | four")
    }

    @Test func `a killed process that said nothing`() {
        #expect(CrashText.digest(status: 9, output: "") == "the process was ended by SIGKILL")
    }
}
