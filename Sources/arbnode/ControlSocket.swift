import Console
import Control
import Foundation
import Node

/// Where `arbctl` reaches this node: a socket in the directory of the run.
enum ControlSocket {
    static let name = "control.sock"

    /// Opens it and says where it is; one that cannot be had costs the socket, not the node.
    static func open(
        _ node: TradingNode, in directory: String, services: NodeServices = NodeServices()
    ) async -> ControlServer? {
        do throws(ControlServer.Fault) {
            let person = ControlOperator(node.desk, watchkeeper: node.watchkeeper, services: services)
            let server = try await ControlServer.start(at: path(in: directory), person)
            await node.desk.expectOperators()
            Terminal.say("Control: arbctl --socket \(server.path)")
            return server
        } catch {
            Terminal.say("No control socket, arbctl cannot reach this node: \(error)")
            return nil
        }
    }

    /// Whole, so that it can be used from any folder; as it was given where only that is short enough.
    private static func path(in directory: String) -> String {
        let given = directory + "/" + name
        let whole = URL(filePath: given).standardizedFileURL.path
        return whole.utf8.count <= UnixAddress.longestPath ? whole : given
    }
}
