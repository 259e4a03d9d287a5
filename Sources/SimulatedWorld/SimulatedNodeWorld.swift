import Ports
import TradingModel

/// The world of one simulated node: the simulation's time, its network, one disk.
extension Simulation {
    public func world(_ network: SimulatedNetwork, _ disk: SimulatedDisk) -> World {
        World(
            time: VirtualTime(self), entropy: SimulatedEntropy(self), transport: network,
            socketLane: lane("socket"),
            storeLane: lane("store"), coldLane: lane("cold"), openOutbox: { try SimulatedOutbox(disk) })
    }
}
