import Channels
import LiveWorld
import Ports
import Synchronization
import Testing
import TradingModel
import Watch

/// Real lanes and real time; nothing is asserted about how long anything takes.
@Suite struct `The dispatcher of alerts` {
    /// Lets a test wait for what channels become.
    private final class News: Sendable {
        let stream: AsyncStream<ChannelNews>
        private let continuation: AsyncStream<ChannelNews>.Continuation
        init() { (stream, continuation) = AsyncStream.makeStream() }
        func tell(_ news: ChannelNews) { continuation.yield(news) }
    }

    private final class Stand {
        let lanes: [WorkerLane]
        let dispatcher: AlertDispatcher
        let time: SystemTime
        let news = News()

        init(_ channels: [(AlertPolicy.Channel, any AlertChannel)]) throws {
            let timers = try WorkerLane(name: "timers")
            var lanes = [timers]
            time = SystemTime(timers: timers)
            let news = news
            dispatcher = try AlertDispatcher(
                AlertPolicy(channels: channels.map(\.0)), channels: channels.map(\.1), time: time,
                lane: { _ in
                    let lane = try WorkerLane(name: "channel")
                    lanes.append(lane)
                    return lane
                }, tell: { news.tell($0) })
            self.lanes = lanes
        }

        func stop() async {
            await dispatcher.close(by: time.now + .seconds(5))
            for lane in lanes { lane.stop() }
        }
    }

    private func entry(_ name: String) -> AlertPolicy.Channel {
        AlertPolicy.Channel(name: name, target: .log, least: .info, perMinute: 1_000)
    }

    @Test func `gives each alert to each channel, and one that hangs keeps nobody waiting`()
        async throws
    {
        let silent = try await HTTPStand.start(.silence)
        let quick = try await HTTPStand.start(.answer(200))
        let stand = try Stand([
            (entry("silent"), WebhookChannel(url: "http://127.0.0.1:\(silent.port)/")),
            (entry("quick"), WebhookChannel(url: "http://127.0.0.1:\(quick.port)/")),
        ])
        for number in 1...20 { stand.dispatcher.take(Sample.alert(number: number, at: stand.time.now)) }
        await quick.received(20)
        #expect(await stand.dispatcher.tallies[0].delivered == 0)
        await stand.stop()
        try await silent.stop()
        try await quick.stop()
    }

    @Test func `says that a channel which takes nothing is dead, and that it lives again`() async throws {
        let server = try await HTTPStand.start(.answer(500))
        let stand = try Stand([
            (entry("hook"), WebhookChannel(url: "http://127.0.0.1:\(server.port)/"))
        ])
        stand.dispatcher.take(Sample.alert(at: stand.time.now))
        var news = stand.news.stream.makeAsyncIterator()
        #expect(await news.next() == .died("hook", reason: "the other side said 500"))
        #expect(await stand.dispatcher.tallies[0].isDead)
        server.behave(.answer(200))
        #expect(await news.next() == .lives("hook"))
        let tally = await stand.dispatcher.tallies[0]
        #expect(tally.delivered == 1 && tally.failures >= 3 && tally.dropped == 0)
        await stand.stop()
        try await server.stop()
    }

    @Test func `from an alert to the other side's hands`() async throws {
        let server = try await HTTPStand.start(.answer(200))
        let stand = try Stand([
            (entry("hook"), WebhookChannel(url: "http://127.0.0.1:\(server.port)/"))
        ])
        var took: [Int64] = []
        for number in 1...200 {
            let began = stand.time.now
            stand.dispatcher.take(Sample.alert("x", number: number, at: began))
            await server.received(number)
            took.append((stand.time.now - began).nanoseconds)
        }
        took.sort()
        let figures = [100, 198, 199].map { took[$0] / 1_000 }
        print("alert to webhook: p50, p99, max of 200: \(figures) us")
        #expect(server.requests.count == 200)
        await stand.stop()
        try await server.stop()
    }

    @Test func `writes an incident's file whole, and rewrites it in one step`() async throws {
        let folder = try Folder()
        let lane = try WorkerLane(name: "files")
        let files = IncidentFiles(directory: folder.path + "/incidents", lane: lane)
        var register = IncidentRegister(venues: [])
        register.saw(
            Incident(code: .diskLow, severity: .pageNow, venue: nil, detail: "x", at: Moment(nanoseconds: 1)))
        func dossier() -> IncidentDossier {
            IncidentDossier(
                incident: register.cases[0], scope: "node", mode: .hold, modeReason: "", incidents: [],
                decisions: [], orders: [])
        }
        try await files.write(dossier())
        let name = "incidents/\(dossier().name).md"
        #expect(try folder.text(name).contains("| state | open |"))
        try register.acknowledge(1, by: "ann", reason: "mine", at: Moment(nanoseconds: 2))
        try await files.write(dossier())
        #expect(try folder.text(name).contains("acknowledged by ann: mine"))
        lane.stop()
    }
}
