import ArgumentParser
import Simulator
struct QuickCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "quick")
    @Option var from: UInt64 = 1
    @Option var to: UInt64 = 10
    @Flag var trace = false
    func run() throws {
        for seed in from...to {
            var options = ProvingGround.Options()
            options.isTraced = trace
            let r = ProvingGround.run(seed: seed, options: options)
            print(seed, r.virtualSeconds, r.steps, "orders", r.orders, "fills", r.fills, "starts", r.starts, r.faults.sorted { $0.key < $1.key }.map { "\($0.key)×\($0.value)" }.joined(separator: " "), r.failure.map { "FAIL \($0)" } ?? "ok")
        }
    }
}
