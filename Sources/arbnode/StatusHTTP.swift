import ArgumentParser
import Configuration
import Console
import Node

/// `--http`: where the node's status pages are.
struct HTTPOption: ParsableArguments {
    @Option(help: ArgumentHelp("Status pages at this address, or `off`.", valueName: "host:port"))
    var http: String?

    func validate() throws {
        if let http, http != "off", HTTPAddress(http) == nil {
            throw ValidationError("--http \(http): expected host:port, as 127.0.0.1:8180, or off")
        }
    }

    /// The option wins over the configuration.
    func address(_ configured: HTTPAddress?) -> HTTPAddress? {
        guard let http else { return configured }
        return http == "off" ? nil : HTTPAddress(http)
    }

    /// Starts the pages; an address in use costs the pages, not the node.
    func serve(_ node: TradingNode, configured: HTTPAddress?) async -> StatusServer? {
        guard let address = address(configured) else { return nil }
        do throws(StatusServer.Fault) {
            return try await StatusServer.start(host: address.host, port: address.port) { path in
                if let page = StatusPages.page(path) { return page }
                return StatusPages.page(path, await node.desk.report())
            }
        } catch {
            Terminal.say("no status pages: \(error); another address: --http host:port")
            return nil
        }
    }
}
