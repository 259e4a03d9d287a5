import ArgumentParser
import Backtest
import Configuration
import Console
import LiveWorld
import Node
import Ports
import SimulatedWorld
import TradingModel
import VenueServer

/// The demo over recorded traffic: each recording is served, byte for byte, by a double behind TLS; the node
/// keeps its books from it and sends its orders to the paper exchange, because history cannot be traded with.
struct RecordedDemo {
    let files: [String]
    let speed: PlaybackSpeed
    let seconds: Double
    let directory: String
    let json: Bool

    func run() async throws {
        var market = try RecordedFiles.market(files)
        let authority = try TestAuthority.inDirectory(directory + "/tls")
        var hosts: [VenueHost] = []
        for (index, source) in market.sources.enumerated() {
            let host = try await VenueHost.start(
                double: RecordingDouble(source.recording, speed: speed), authority: authority,
                pacedByReaders: true)
            hosts.append(host)
            market.venues[index].caFile = authority.caPath
            DemoVenues.point(&market.venues[index], at: host.port)
        }
        let live = try LiveWorld.make(
            dataDirectory: directory + "/node", extraCA: authority.caPath, limits: .demonstration)
        let node = try await TradingNode.start(market.plan, in: live.world)
        let control = await ControlSocket.open(node, in: directory)
        let elapsed = await LiveView(node: node, world: live.world, signals: Signals(), quiet: json)
            .follow(seconds: seconds)
        // Counted before the sockets close: a book of a closed connection is no longer proven.
        let report = await node.desk.report()
        await node.desk.close(by: live.world.time.now + .seconds(2))
        await control?.stop()
        if json {
            Terminal.print(
                try ReportJSON(
                    report, seconds: elapsed, seed: nil, ledgerEqualsVenues: nil,
                    recoveredRows: node.recoveredRows
                ).encoded())
        } else {
            for line in ReportText.closing(report, seconds: elapsed, ledgerEqualsVenues: nil) {
                Terminal.print(line)
            }
        }
        for host in hosts { await host.stop() }
        live.shutdown()
    }
}
