import Console
import Node

/// Where `arbctl` reaches this node: a socket in the directory of the run.
enum ControlSocket {
    static let name = "control.sock"

    /// Opens it and says where it is; one that cannot be had costs the socket, not the node.
    static func open(_ node: TradingNode, in directory: String) async -> ControlServer? {
        do throws(ControlServer.Fault) {
            let server = try await ControlServer.start(
                at: directory + "/" + name, ControlOperator(node.desk))
            Terminal.say("Control: arbctl --socket \(server.path)")
            return server
        } catch {
            Terminal.say("No control socket, arbctl cannot reach this node: \(error)")
            return nil
        }
    }
}
