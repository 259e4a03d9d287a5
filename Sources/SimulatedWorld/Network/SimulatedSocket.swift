import Ports
import TradingModel

/// The node's end of a simulated WebSocket. Each direction keeps its order, as TCP does.
final class SimulatedSocket: VenueSocket, @unchecked Sendable {
    let number: Int
    let isPrivate: Bool
    private let simulation: Simulation
    private var receiver: (any SocketReceiver)?
    private let lane: SimulatedLane
    var host: SimulatedNetwork.Host?
    private var send: (([UInt8]) -> Void)?
    private var onClose: (() -> Void)?
    private var lastToNode = Moment.distantPast
    private var lastToVenue = Moment.distantPast
    /// A frame that waits for the next one to overtake it.
    var held: [UInt8]?

    init(
        _ number: Int, isPrivate: Bool, _ simulation: Simulation, _ receiver: any SocketReceiver,
        _ lane: SimulatedLane
    ) {
        self.number = number
        self.isPrivate = isPrivate
        self.simulation = simulation
        self.receiver = receiver
        self.lane = lane
    }

    var isAbandoned: Bool { lane.isAbandoned }

    func open(_ send: @escaping ([UInt8]) -> Void, onClose: @escaping () -> Void) {
        self.send = send
        self.onClose = onClose
        receiver?.socketOpened(self)
    }

    /// Not before what was sent earlier on this connection.
    func later(_ moment: Moment) -> Moment {
        lastToVenue = max(moment, lastToVenue)
        return lastToVenue
    }

    func deliver(_ bytes: [UInt8], at moment: Moment) {
        lastToNode = max(moment, lastToNode)
        simulation.schedule(at: lastToNode, on: lane) { [self] in
            bytes.withUnsafeBytes { receiver?.socketReceived(self, $0, at: simulation.now) }
        }
    }

    /// Answered below the session, which is told.
    func ping(at moment: Moment) {
        lastToNode = max(moment, lastToNode)
        simulation.schedule(at: lastToNode, on: lane) { [self] in
            receiver?.socketPinged(self, at: simulation.now)
        }
    }

    func end(_ reason: String) {
        guard let receiver else { return }
        self.receiver = nil
        send = nil
        onClose = nil
        held = nil
        simulation.schedule(at: simulation.now, on: lane) { receiver.socketClosed(self, reason: reason) }
    }

    func send(_ text: [UInt8]) -> Bool {
        guard let send, !lane.isAbandoned else { return false }
        send(text)
        return true
    }

    func close() {
        onClose?()
        onClose = nil
        end("closed by the node")
    }
}
