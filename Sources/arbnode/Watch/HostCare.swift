import LiveWorld
import Node
import Ports
import TradingModel

/// Reads the machine every few seconds on a lane of its own, and tells the desk.
actor HostCare {
    nonisolated let lane: any Lane
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let desk: TradingDesk
    private var reader: HostReader
    private let every: Span
    private let time: any Timekeeper

    init(_ desk: TradingDesk, _ reader: HostReader, every: Span, lane: any Lane, time: any Timekeeper) {
        self.desk = desk
        self.reader = reader
        self.every = every
        self.lane = lane
        self.time = time
    }

    /// Until its task is cancelled.
    func run() async {
        while true {
            await desk.observe(reader.read())
            do { try await time.sleep(until: time.now + every) } catch { return }  // the node ends
        }
    }
}
