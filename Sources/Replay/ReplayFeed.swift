import Books
import Recordings
import TradingModel

/// What all feeds of one pass share.
struct ReplayContext {
    var scales: ScaleTable
    var rivalries: Rivalries
    var top: TopOfBookWriter?
    var frames: Int64 = 0
}

/// One recording of a pass: a reader, the line that comes next, and the connections seen so far.
final class ReplayFeed {
    /// A file with more bad lines than this is not worth listing further; it is given up.
    private static let maximumProblems = 100

    let path: String
    let venue: ReplayVenue
    private let recording: Int
    private let reader: RecordingReader
    private(set) var next: RecordedView?
    private(set) var problems: [String] = []
    /// In order of appearance.
    private(set) var connections: [ReplayConnection] = []
    private var places: [Int: Int] = [:]
    /// Whether each book (connection by connection) was proved when the recording ended.
    private(set) var syncedAtEnd: [[Bool]] = []

    /// `nil`: no dialect for the recording's venue; `unsupported` then names it.
    init?(_ path: String, recording: Int, unsupported: inout [String]) throws(ReplayFault) {
        do throws(RecordingFault) { reader = try RecordingReader(path: path) } catch {
            throw .recording(error)
        }
        self.path = path
        self.recording = recording
        guard let venue = ReplayVenue.named(reader.header.venue) else {
            unsupported.append("\(path): \(reader.header.venue)")
            return nil
        }
        self.venue = venue
    }

    /// Reads the next line; at the end `next` becomes `nil` and the books leave the stage.
    func advance(_ context: inout ReplayContext) {
        while true {
            do throws(RecordingFault) {
                next = try reader.nextView()
                if next == nil { end(&context) }
                return
            } catch {
                problems.append(error.description)
                if case .badLine = error, problems.count < ReplayFeed.maximumProblems { continue }
                next = nil
                return end(&context)
            }
        }
    }

    /// Plays `next`.
    func play(_ context: inout ReplayContext) throws(ReplayFault) {
        guard let line = next else { return }
        switch line.channel {
        case .received(let number):
            context.frames += 1
            try connection(number).received(line.payload, at: line.time, &context) {
                (book, context) throws(ReplayFault) in try ReplayFeed.show(book, line.time, &context)
            }
        case .sent(let number): connection(number).sent(line.payload)
        case .opened(let number):
            let connection = connection(number)
            connection.opened(String(decoding: line.payload, as: UTF8.self), at: line.time)
            ReplayFeed.hide(connection, &context)
        case .closed(let number):
            let connection = connection(number)
            connection.closed()
            ReplayFeed.hide(connection, &context)
        case .http(let method, let target):
            if method == "GET" { try playAnswer(target, line, &context) }
        }
    }

    /// A REST answer names no connection: its snapshot is for every connection that carries the symbol, or
    /// for the one that was opened for it.
    private func playAnswer(
        _ target: String, _ line: RecordedView, _ context: inout ReplayContext
    ) throws(ReplayFault) {
        guard let symbol = (connections.first ?? connection(1)).snapshotSymbol(target) else { return }
        var receivers = connections.filter { $0.hasBook(of: symbol) }
        if receivers.isEmpty {
            receivers = [connections.first { $0.subscribes(to: symbol) } ?? connections[0]]
        }
        for connection in receivers {
            try connection.snapshot(line.payload, of: symbol, at: line.time, &context) {
                (book, context) throws(ReplayFault) in try ReplayFeed.show(book, line.time, &context)
            }
        }
    }

    private func connection(_ number: Int) -> ReplayConnection {
        if let place = places[number] { return connections[place] }
        let connection = ReplayConnection(venue, recording: recording, number: number)
        places[number] = connections.count
        connections.append(connection)
        return connection
    }

    private func end(_ context: inout ReplayContext) {
        syncedAtEnd = connections.map { $0.books.map(\.book.isSynced) }
        for connection in connections { ReplayFeed.hide(connection, &context) }
    }

    private static func show(
        _ book: borrowing ReplayBook, _ time: Moment, _ context: inout ReplayContext
    ) throws(ReplayFault) {
        try context.top?.row(book, at: time)
        context.rivalries.touch(
            book.rivalry, bid: book.book.bids.best.price.raw, ask: book.book.asks.best.price.raw)
    }

    private static func hide(_ connection: ReplayConnection, _ context: inout ReplayContext) {
        for book in connection.books { context.rivalries.touch(book.rivalry, bid: 0, ask: 0) }
    }
}
