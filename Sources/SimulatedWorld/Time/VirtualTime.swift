import Ports
import TradingModel

/// The simulation's time as a node sees it.
public final class VirtualTime: Timekeeper {
    private let simulation: Simulation
    public init(_ simulation: Simulation) { self.simulation = simulation }

    public var now: Moment { simulation.now }

    public nonisolated(nonsending) func sleep(until moment: Moment) async throws {
        try Task.checkCancellation()
        let sleeper = Sleeper(simulation)
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { sleeper.begin(until: moment, $0) }
        } onCancel: {
            sleeper.cancel()
        }
    }
}

/// One sleeping task; everything happens on the simulation's one thread.
private final class Sleeper: @unchecked Sendable {
    private let simulation: Simulation
    private var continuation: UnsafeContinuation<Void, any Error>?
    private var timer: UInt64?
    private var isCancelled = false

    init(_ simulation: Simulation) { self.simulation = simulation }

    func begin(until moment: Moment, _ continuation: UnsafeContinuation<Void, any Error>) {
        if isCancelled { return continuation.resume(throwing: CancellationError()) }
        self.continuation = continuation
        timer = simulation.schedule(at: moment) { [self] in
            self.continuation?.resume()
            self.continuation = nil
        }
    }

    func cancel() {
        isCancelled = true
        if let timer { simulation.cancel(timer) }
        continuation?.resume(throwing: CancellationError())
        continuation = nil
    }
}

/// The simulation's randomness as a node sees it.
public final class SimulatedEntropy: Entropy {
    private let simulation: Simulation
    public init(_ simulation: Simulation) { self.simulation = simulation }
    public func next() -> UInt64 { simulation.draw() }
}
