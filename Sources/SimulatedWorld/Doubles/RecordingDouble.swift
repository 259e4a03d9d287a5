import TradingModel

/// A venue that repeats what it once said: serves a recording (DESIGN §8) in the venue's own frames, byte for
/// byte.
///
/// Playback starts with the first subscription. Every accepted connection plays its recorded connection from
/// the beginning, at the pace of one common clock: a client that comes late or again is brought up to the
/// others in bounded batches, and so always sees the snapshot that the following deltas need. Recorded HTTP
/// answers are served for their path and symbol, the latest one that playback has passed. What was not
/// recorded (account, orders, the private stream) is answered by `account`, a double of the same venue, when
/// there is one.
public final class RecordingDouble: ScheduledDouble {
    public let recording: Recording
    public let speed: PlaybackSpeed
    public var name: String { recording.venue }

    private struct Player {
        /// Index into `recording.connections`; `nil` when the connection belongs to the account or to nobody.
        var source: Int?
        var isPlaying = false
        var isPrivate = false
        var next = 0
        var lastSent: Moment
    }

    private let account: (any VenueDouble)?
    private let manners: RecordedManners
    private var players: [(connection: Int, player: Player)] = []
    private var outgoing: [DoubleFrame] = []
    /// When playback began on the host's clock.
    private var startedAt: Moment?
    private let isByRecordedTime: Bool
    /// The latest recorded time any connection has reached.
    private var position: Int64

    /// Frames and bytes one connection may get per `advance`, so that a fast playback cannot flood its host.
    static let framesPerAdvance = 512
    static let bytesPerAdvance = 4 << 20
    static let keepAliveEvery = Span.seconds(10)

    /// `account` answers everything the recording does not hold; without it such requests get 404.
    public init(_ recording: Recording, speed: PlaybackSpeed = .recorded, account: (any VenueDouble)? = nil) {
        self.recording = recording
        self.speed = speed
        self.account = account
        isByRecordedTime = false
        manners = RecordedManners(venue: recording.venue)
        position = recording.startsAt
    }

    /// Playback by the recorded clock: what was received at a time is sent at that time, from whichever
    /// moment on somebody listens. So several recordings meet as their venues did.
    public init(byRecordedTime recording: Recording, symbols: [String]) {
        self.recording = recording.only(symbols)
        speed = .recorded
        account = nil
        isByRecordedTime = true
        manners = RecordedManners(venue: recording.venue)
        position = recording.startsAt
        startedAt = Moment(nanoseconds: recording.startsAt)
    }

    /// Whether every open connection has got all its frames, and there is one.
    public var hasEnded: Bool {
        let playing = players.filter { $0.player.source != nil }
        return !playing.isEmpty
            && playing.allSatisfy { entry in
                entry.player.source.map { entry.player.next >= recording.connections[$0].frames.count }
                    ?? true
            }
    }

    public var truth: VenueTruth { account?.truth ?? VenueTruth() }

    // MARK: REST

    public func respond(to request: DoubleRequest, at now: Moment) -> DoubleResponse {
        let target = RequestTarget(request.target)
        // What the venue's clock said then is wrong now.
        if let clock = manners.clock(path: target.path, at: now) {
            return account?.respond(to: request, at: now) ?? DoubleResponse(status: 200, body: clock)
        }
        if let answer = recordedAnswer(request.method, target, now) {
            var response = DoubleResponse(
                status: 200, headers: [(name: "content-type", value: "application/json")],
                body: Array(recording.bytes[answer.body.bytes]))
            if isByRecordedTime { response.notBefore = Moment(nanoseconds: answer.body.time) }
            return response
        }
        if let account { return account.respond(to: request, at: now) }
        return DoubleResponse(status: 404, body: Array(#"{"msg":"not recorded"}"#.utf8))
    }

    /// The fields that say what a request is about; all others (depth limits, filters) are ignored.
    private static let subjects = ["symbol", "instId", "pair", "product_id", "category", "instType"]

    private func recordedAnswer(_ method: String, _ target: RequestTarget, _ now: Moment) -> Recording.Answer?
    {
        let asked = FormFields(target.query)
        let fitting = recording.answers.filter { answer in
            guard answer.method == method, answer.target.path == target.path else { return false }
            let told = FormFields(answer.target.query)
            return RecordingDouble.subjects.allSatisfy { field in
                guard let wanted = asked[field], let held = told[field] else { return true }
                return wanted.uppercased() == held.uppercased()
            }
        }
        let reached = isByRecordedTime ? now.nanoseconds : position
        return fitting.last { $0.body.time <= reached } ?? fitting.first
    }

    // MARK: WebSocket

    public func opened(_ connection: Int, path: String, at now: Moment) {
        let target = RequestTarget(path)
        var player = Player(lastSent: now)
        if manners.isPrivate(path: target.path) {
            player.isPrivate = true
            account?.opened(connection, path: path, at: now)
        } else {
            player.source = source(for: target.path)
            player.isPlaying = manners.subscribes(path: path)
        }
        players.append((connection, player))
        if player.isPlaying { begin(at: now) }
    }

    /// The recorded connection for `path`: among those that fit and are not over, the one with the fewest
    /// listeners.
    private func source(for path: String) -> Int? {
        let all = recording.connections.indices
        let samePath = all.filter { recording.connections[$0].path == path }
        let unnamed = all.filter { recording.connections[$0].path == nil }
        let paths = Set(recording.connections.map { $0.path })
        // A recording of one endpoint serves every public path: clients may spell the same streams in other
        // ways.
        let anyOfOne = paths.count == 1 ? Array(all) : []
        let fitting = !samePath.isEmpty ? samePath : (!unnamed.isEmpty ? unnamed : anyOfOne)
        let alive = fitting.filter { recording.connections[$0].endsAt > position }
        func listeners(_ source: Int) -> Int { players.count { $0.player.source == source } }
        return (alive.isEmpty ? fitting : alive).min { (listeners($0), $0) < (listeners($1), $1) }
    }

    public func received(_ text: [UInt8], on connection: Int, at now: Moment) {
        guard let index = players.firstIndex(where: { $0.connection == connection }) else { return }
        if players[index].player.isPrivate {
            account?.received(text, on: connection, at: now)
            return
        }
        if let account, manners.isPrivate(text: text), !players[index].player.isPlaying {
            // Kraken's private channels share their path with the public ones: the token tells them apart.
            players[index].player = Player(isPrivate: true, lastSent: now)
            account.opened(connection, path: manners.privatePath, at: now)
            account.received(text, on: connection, at: now)
            return
        }
        for reply in manners.replies(to: text, at: now) { send(reply, index, now) }
        if manners.subscribes(text: text) {
            players[index].player.isPlaying = true
            begin(at: now)
        }
    }

    public func closed(_ connection: Int, at now: Moment) {
        guard let index = players.firstIndex(where: { $0.connection == connection }) else { return }
        if players[index].player.isPrivate { account?.closed(connection, at: now) }
        players.remove(at: index)
    }

    private func begin(at now: Moment) {
        if startedAt == nil { startedAt = now }
    }

    // MARK: Time

    public func advance(to now: Moment) {
        account?.advance(to: now)
        if let account { outgoing += account.takeOutgoing() }
        for index in players.indices where players[index].player.isPlaying { play(index, now) }
        for index in players.indices
        where now - players[index].player.lastSent >= RecordingDouble.keepAliveEvery {
            outgoing.append(DoubleFrame(connection: players[index].connection, content: .ping))
            players[index].player.lastSent = now
        }
    }

    private func play(_ index: Int, _ now: Moment) {
        guard let startedAt, let source = players[index].player.source else { return }
        let recorded = recording.connections[source]
        let elapsed = (now - startedAt).nanoseconds
        let due = speed.recordedTime(in: elapsed).map { recording.startsAt &+ $0 } ?? .max
        var budget = RecordingDouble.bytesPerAdvance
        var frames = 0
        while players[index].player.next < recorded.frames.count, frames < RecordingDouble.framesPerAdvance,
            budget > 0
        {
            let frame = recorded.frames[players[index].player.next]
            guard frame.time <= due else { break }
            send(Array(recording.bytes[frame.bytes]), index, now)
            players[index].player.next += 1
            position = max(position, frame.time)
            budget -= frame.bytes.count
            frames += 1
        }
        guard players[index].player.next == recorded.frames.count, let closedAt = recorded.closedAt,
            closedAt <= due,
            hasSuccessor(source)
        else { return }
        let content = DoubleFrame.Content.close(code: 1001, reason: "recorded close")
        position = max(position, closedAt)
        outgoing.append(DoubleFrame(connection: players[index].connection, content: content))
        players[index].player.isPlaying = false
    }

    /// When the next frame or close of any listener is due.
    public var nextActivity: Moment? {
        guard let startedAt else { return nil }
        var earliest: Int64?
        for entry in players where entry.player.isPlaying {
            guard let source = entry.player.source else { continue }
            let recorded = recording.connections[source]
            let next = entry.player.next
            let isOver = next >= recorded.frames.count
            let closes = isOver && hasSuccessor(source) ? recorded.closedAt : nil
            guard let time = isOver ? closes : recorded.frames[next].time else { continue }
            earliest = min(earliest ?? time, time)
        }
        return earliest.map { startedAt + speed.elapsed(until: $0 - recording.startsAt) }
    }

    /// Whether the recorder came back on the same path: only then is a recorded close worth repeating.
    private func hasSuccessor(_ source: Int) -> Bool {
        let path = recording.connections[source].path
        return recording.connections[(source + 1)...].contains { $0.path == path }
    }

    private func send(_ bytes: [UInt8], _ index: Int, _ now: Moment) {
        outgoing.append(DoubleFrame(connection: players[index].connection, content: .text(bytes)))
        players[index].player.lastSent = now
    }

    public func takeOutgoing() -> [DoubleFrame] {
        if let account { outgoing += account.takeOutgoing() }
        defer { outgoing.removeAll(keepingCapacity: true) }
        return outgoing
    }
}
