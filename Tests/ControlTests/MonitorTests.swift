import Control
import Foundation
import Testing

@testable import arbctl

/// The live view's layout: answers in, lines out.
@Suite struct `The monitor` {
    /// A node in the middle of a day, with something wrong.
    static func data() -> MonitorData {
        var data = MonitorData()
        var status = StatusAnswer()
        status.summary =
            "Holding: hedges and cancels only; blocked by HOLD: okx announces maintenance; next: when its "
            + "cause is settled: arbctl resume --reason \"…\"."
        status.blockedBy = ["HOLD: okx announces maintenance"]
        status.mode.mode = "HOLD"
        (status.startedNs, status.atNs) = (1_790_000_000_000_000_000, 1_790_000_123_000_000_000)
        (status.venues, status.venuesOpen, status.books, status.booksProven) = (2, 2, 4, 4)
        (status.orders.live, status.orders.sent, status.orders.filled) = (1, 154, 139)
        (status.hedges.opened, status.hedges.completed) = (80, 80)
        (status.profit, status.fees) = ("372.7412", "569.3901")
        status.latencyUs.frameToDecision.p50 = 18.9
        status.latencyUs.frameToDecision.count = 1963
        var machine = StatusAnswer.HostMeasure()
        (machine.measure, machine.text, machine.vitality) = ("memory", "181 MiB", "green")
        status.host = [machine]
        data.status = status
        var index = RiskIndexAnswer()
        (index.riskIndex, index.target, index.ceiling, index.ceilingCause) = (50, 80, 50, "canary 50")
        (index.sizePercent, index.edgeBps, index.exposurePercent) = (75, 0.5, 75)
        data.riskIndex = index
        data.books = ["BTC-USDT", "ETH-USDT"].map(book)
        data.positions.instruments = ["BTC-USDT", "ETH-USDT"].map { symbol in
            var exposure = PositionsAnswer.Exposure()
            (exposure.symbol, exposure.deviation, exposure.owed) = (symbol, "0.0012", "0")
            (exposure.residual, exposure.mid, exposure.notional) = ("0.0012", "59431.5", "71.3178")
            return exposure
        }
        data.heartbeats.heartbeats = (0..<27).map { number in
            var beat = HeartbeatsAnswer.Heartbeat()
            (beat.name, beat.vitality) = (number == 0 ? "market data" : "beat \(number)", "green")
            if number == 0 { (beat.vitality, beat.venue, beat.silenceNs) = ("yellow", "okx", 50_000_000_000) }
            return beat
        }
        (data.heartbeats.green, data.heartbeats.yellow) = (26, 1)
        var incident = IncidentsAnswer.Incident()
        (incident.number, incident.code, incident.severity) = (3, "HEARTBEAT_LOST", "WARN")
        (incident.state, incident.venue, incident.count) = ("open", "okx", 2)
        incident.detail = "market data has been silent for 50 s (yellow)"
        data.incidents.incidents = [incident]
        return data
    }

    static func book(_ symbol: String) -> BooksAnswer {
        var answer = BooksAnswer()
        answer.symbol = symbol
        for venue in ["okx", "kraken"] {
            var book = BooksAnswer.Book()
            (book.venue, book.isProven, book.isTradable, book.ageNs) = (venue, true, true, 12_000_000)
            book.bids = (0..<5).map { BookLevel(price: "594\(20 - $0).1", quantity: "0.\(5 + $0)") }
            book.asks = (0..<5).map { BookLevel(price: "594\(31 + $0).4", quantity: "0.\(7 + $0)") }
            answer.venues.append(book)
        }
        var edge = BooksAnswer.Edge()
        (edge.buyVenue, edge.sellVenue) = ("okx", "kraken")
        (edge.ask.price, edge.bid.price) = ("59431.4", "59479.5")
        (edge.grossBps, edge.netBps, edge.minimumBps) = (8.09, 1.29, 1)
        answer.edge = edge
        return answer
    }

    private func text(_ columns: Int, _ rows: Int?, _ page: MonitorPage = .overview) -> [String] {
        var state = MonitorState()
        state.page = page
        return MonitorView(columns: columns, rows: rows).lines(Self.data(), state).map(\.text)
    }

    @Test func `shows everything that matters on a terminal of 80 by 24`() {
        let expected = """
            Holding: hedges and cancels only; blocked by HOLD: okx announces maintenance;
            next: when its cause is settled: arbctl resume --reason "…".
            HOLD  risk 50/80  up 2 min 3 s  live  venues 2/2  books 4/4  14:15:23Z
            [overview] books hedges positions orders venues health latency incidents
            edges     buy at      ask  sell at      bid  gross  net bps
            BTC-USDT  okx     59431.4  kraken   59479.5   8.09     1.29
            ETH-USDT  okx     59431.4  kraken   59479.5   8.09     1.29
            positions  off by  owed  residual      mid  worth
            BTC-USDT   0.0012     0    0.0012  59431.5  71.31
            ETH-USDT   0.0012     0    0.0012  59431.5  71.31
            orders 1 live, 0 unknown; 154 sent, 139 filled, 0 rejected
            hedges 0 open; 80 of 80 complete, 0 late, 0 failed
            profit 372.74 after fees of 569.39; unhedged 0.00, residual 0.00
            risk index 50 of 80, ceiling 50 (canary 50)
            size 75 %, edge +0.50 bps, exposure 75 %
            heartbeats 26 green, 1 yellow, 0 red
            yellow market data okx, silent 50.0 s
            memory 181 MiB
            latency µs          p50  p99  p99.9  count
            frame → decision   18.9    -      -   1963
            decision → wire       -    -      -      0
            fill → hedge wire     -    -      -      0
            durable write         -    -      -      0
            q quit  tab ←→ page  ↑↓ scroll  ? help  lines 1–19 of 21
            """
        #expect(
            text(80, 24) == expected.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        )
    }

    @Test func `puts parts beside each other where there is room`() {
        let lines = text(200, 50)
        #expect(lines.count == 50)
        #expect(lines.contains { $0.hasPrefix("edges") && $0.contains("heartbeats 26 green") })
        #expect(lines.contains { $0.contains("3 WARN HEARTBEAT_LOST ×2 okx: market data has been silent") })
        #expect(!lines.joined().contains("lines 1–"), "nothing is left below")
    }

    @Test func `never writes beyond the screen, whatever its size and whatever others wrote`() {
        var data = Self.data()
        data.status.summary = String(repeating: "é\u{1B}[2J\n漢字", count: 200)
        data.incidents.incidents[0].detail = "\u{1B}]0;gone\u{07}" + String(repeating: "x", count: 5_000)
        data.fault = String(repeating: "no ", count: 100)
        for page in MonitorPage.allCases {
            for columns in [1, 2, 10, 40, 79, 80, 81, 159, 160, 161, 400] {
                for rows in [1, 2, 5, 12, 24, 25, 31, 60, 200] {
                    var state = MonitorState()
                    (state.page, state.scroll) = (page, rows % 7 * 10)
                    let lines = MonitorView(columns: columns, rows: rows).lines(data, state)
                    #expect(lines.count <= max(rows, 2), "\(columns)×\(rows): \(lines.count)")
                    for line in lines {
                        #expect(line.text.count <= columns)
                        #expect(line.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
                    }
                }
            }
        }
    }

    @Test func `shows a page deeper the higher the screen is`() {
        func levels(_ rows: Int) -> Int { text(100, rows, .books).count { $0.contains("594") } }
        #expect(levels(24) < levels(60))
        #expect(levels(200) == 20, "five levels of two venues' two books")
    }

    @Test func `turns to every page, with its own content`() {
        #expect(text(80, 24, .hedges).contains("owed now (deadline 0 ns)"))
        #expect(text(80, 24, .health).contains { $0.hasPrefix("machine") })
        #expect(text(80, 24, .incidents).contains { $0.contains("open 3 WARN HEARTBEAT_LOST") })
        #expect(text(80, 24, .orders).contains("orders: 0 live, 0 unknown"))
        #expect(text(80, 24, .latency).contains("all venues") && text(80, 24, .venues).contains("venues"))
        #expect(text(80, 24, .positions).contains("balances"))
    }

    @Test func `says first when the node does not answer`() {
        var data = Self.data()
        data.fault = "nobody listens there"
        let lines = MonitorView(columns: 80, rows: 24).lines(data, MonitorState())
        #expect(lines.first == ViewLine("no answer: nobody listens there", .alarm) && lines.count == 24)
    }

    @Test func `as plain text has no foot and no bound`() {
        let lines = text(80, nil)
        #expect(lines.last?.contains("WARN HEARTBEAT_LOST") == true)
        #expect(!lines.contains { $0.contains("q quit") })
    }

    @Test func `takes keys: letters, arrows, pages, and none for what it does not know`() {
        func keys(_ text: String) -> [MonitorKey] { MonitorKey.keys(in: Array(text.utf8)) }
        #expect(keys("q\u{03}") == [.quit, .quit])
        #expect(keys("\t\u{1B}[C\u{1B}OC\u{1B}[D\u{1B}[Z") == [.next, .next, .next, .previous, .previous])
        #expect(
            keys("\u{1B}[A\u{1B}[B\u{1B}[5~\u{1B}[6~g3?") == [
                .up, .down, .pageUp, .pageDown, .home, .page(3), .help,
            ])
        #expect(keys("\u{1B}[1;5Cz\u{1B}[200~\u{1B}") == [.next, .other, .other, .other])
        #expect(keys("\u{1B}[") == [.other])
    }

    @Test func `a key turns the page, scrolls it and begins each at its top`() {
        var state = MonitorState()
        state.press(.previous, pageHeight: 10)
        #expect(state.page == .incidents)
        state.press(.pageDown, pageHeight: 10)
        state.press(.down, pageHeight: 10)
        state.press(.up, pageHeight: 10)
        #expect(state.scroll == 10)
        state.press(.next, pageHeight: 10)
        #expect(state.page == .overview && state.scroll == 0)
        state.press(.page(9), pageHeight: 10)
        #expect(state.page == .incidents)
        state.press(.help, pageHeight: 10)
        #expect(state.showsHelp)
        state.press(.up, pageHeight: 10)
        #expect(!state.showsHelp && state.scroll == 0 && !state.isOver)
        state.press(.quit, pageHeight: 10)
        #expect(state.isOver)
    }

    @Test func `scrolled beyond its end a page stands at its end`() {
        var state = MonitorState()
        state.scroll = 1_000
        let lines = MonitorView(columns: 80, rows: 24).lines(Self.data(), state).map(\.text)
        #expect(lines.last?.hasSuffix("lines 3–21 of 21") == true)
        #expect(lines[22].contains("HEARTBEAT_LOST"))
    }
}

@Suite struct `The logs` {
    private func line(_ at: Int64, _ detail: String) -> LogsAnswer.Line {
        var line = LogsAnswer.Line()
        (line.atNs, line.detail, line.severity, line.code) = (at, detail, "WARN", "DISK_LOW")
        return line
    }

    @Test func `followed, show each line once, those of one moment too`() {
        var following = LogsFollowing()
        let (a, b, c, d) = (line(1, "a"), line(2, "b"), line(2, "c"), line(3, "d"))
        #expect(following.fresh([a, b]) == [a, b])
        #expect(following.fresh([a, b]) == [])
        #expect(following.fresh([a, b, c]) == [c])
        #expect(following.fresh([b, c, d]) == [d] && following.fresh([d]) == [])
    }

    @Test func `are one harmless line each`() {
        let text = LogsCommand.lines([line(1_790_000_000_000_000_000, "no\u{1B}[2J room")])
        #expect(text == ["2026-09-21T14:13:20.000Z WARN DISK_LOW node: no?[2J room"])
        #expect(LogsCommand.lines([]) == ["nothing yet"])
    }
}

/// A terminal of this test's own.
@Suite struct `A terminal` {
    @Test func `is raw while the monitor has it, and as it was afterwards`() throws {
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        defer { close(master) }
        // TIOCSPTLCK and TIOCGPTN of <asm-generic/ioctls.h>, which Swift does not import.
        var (lock, number): (Int32, Int32) = (0, 0)
        #expect(ioctl(master, 0x4004_5431, &lock) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
        let name = "/dev/pts/\(number)"
        let slave = open(name, O_RDWR | O_NOCTTY)
        defer { close(slave) }
        func settings() -> (UInt32, UInt32, UInt32) {
            var settings = termios()
            tcgetattr(slave, &settings)
            return (settings.c_lflag, settings.c_iflag, settings.c_oflag)
        }
        var size = winsize(ws_row: 40, ws_col: 132, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        let before = settings()
        let screen = try #require(TerminalScreen(input: slave, output: slave))
        #expect(screen.size == (132, 40))
        screen.enter()
        #expect(settings().0 & UInt32(ICANON | ECHO | ISIG) == 0)
        screen.draw([ViewLine("good", .good), ViewLine("plain")])
        let typed = Array("q".utf8)
        #expect(write(master, typed, typed.count) == 1)
        #expect(screen.typed(within: 5_000) == typed)
        screen.leave()
        #expect(settings() == before)
        // On a busy machine it arrives in parts.
        #expect(fcntl(master, F_SETFL, O_NONBLOCK) == 0)
        var text = ""
        let limit = ContinuousClock.now + .seconds(60)
        while !text.hasSuffix("\u{1B}[?1049l"), ContinuousClock.now < limit {
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = read(master, &bytes, bytes.count)
            text += String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            if count < 1 { usleep(10_000) }
        }
        #expect(text.hasPrefix("\u{1B}[?1049h") && text.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"))
        #expect(text.contains("\u{1B}[32mgood\u{1B}[0m\u{1B}[K\r\nplain\u{1B}[K"))
    }

    @Test func `is none where output goes to a file`() {
        #expect(TerminalScreen(input: STDIN_FILENO, output: open("/dev/null", O_WRONLY)) == nil)
    }
}
