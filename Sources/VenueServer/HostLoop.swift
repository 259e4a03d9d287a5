import Glibc
import NIOCore
import SimulatedWorld
import TradingModel

/// Everything that touches the double, confined to one event loop: connections, clock ticks, the journal.
/// Each input runs the same four steps: time, input, journal, answers; so no answer leaves before the journal
/// holds what it promises.
final class HostLoop {
    /// A venue cuts off a reader that has more than this waiting.
    static let slowReaderBytes = 8 << 20
    /// With `pacedByReaders`, the ticks pause while a connection has more than this waiting.
    static let pacingBytes = 512 << 10
    /// Connections beyond this are refused.
    static let maximumConnections = 1024
    static let tickEvery = TimeAmount.milliseconds(5)
    /// For how long the venue tells of an order that has ended; looked at once a minute.
    static let memory = Span.seconds(1_800)
    static let forgetEvery = Span.seconds(60)

    private let double: any VenueDouble
    private let clock = ServerClock()
    private let journal: JournalFile?
    private let pacedByReaders: Bool
    private let failed: (JournalFile.Fault) -> Void
    private var tick: RepeatedTask?
    private var isStopped = false
    private var forgotAt = Moment.distantPast

    private var channels: [ObjectIdentifier: any Channel] = [:]
    private var sockets: [Int: WebSocketConversation] = [:]
    private var lastNumber = 0
    private var isDelivering = false
    private(set) var counters = VenueHost.Counters()

    /// `failed` runs once, when the journal cannot be written any more: the host is silent from then on.
    init(
        double: any VenueDouble, journal: JournalFile?, pacedByReaders: Bool,
        failed: @escaping (JournalFile.Fault) -> Void
    ) {
        self.double = double
        self.journal = journal
        self.pacedByReaders = pacedByReaders
        self.failed = failed
    }

    var now: Moment { clock.now }

    func start(on loop: any EventLoop) {
        HostLoop.giveWay()
        let bound = NIOLoopBound(self, eventLoop: loop)
        tick = loop.scheduleRepeatedTask(initialDelay: .zero, delay: HostLoop.tickEvery) { _ in
            bound.value.ticked()
        }
    }

    /// The calling thread stands for a machine elsewhere: woken by what a node sends, it must not take the
    /// core from the node in the middle of that send (measured: 0.3 ms in one send out of ten). As batch work
    /// it waits for its turn, and it never has the core before a thread of ordinary priority.
    private static func giveWay() {
        var parameters = sched_param()
        sched_setscheduler(0, batchWork, &parameters)
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
    }

    private func ticked() {
        if pacedByReaders, sockets.values.contains(where: { $0.waiting > HostLoop.pacingBytes }) { return }
        input { _, _ in }
        forget()
    }

    private func forget() {
        guard now - forgotAt >= HostLoop.forgetEvery else { return }
        forgotAt = now
        (double as? any SimulatedVenue)?.forget(endedBefore: now - HostLoop.memory)
    }

    /// Closes every connection; nothing reaches the double afterwards.
    func stop() -> [any Channel] {
        tick?.cancel()
        tick = nil
        isStopped = true
        let open = Array(channels.values)
        for channel in open { channel.close(promise: nil) }
        return open
    }

    // MARK: Connections

    /// Counts a connection in; `false` when there are too many.
    func admit(_ channel: any Channel) -> Bool {
        guard !isStopped, channels.count < HostLoop.maximumConnections else { return false }
        channels[ObjectIdentifier(channel)] = channel
        counters.connections += 1
        return true
    }

    func left(_ id: ObjectIdentifier) { channels[id] = nil }

    func cutOffSlowReader() { counters.slowReaders += 1 }

    // MARK: Inputs

    /// `nil`: the host cannot answer any more; the connection ends without an answer.
    func respond(to request: DoubleRequest) -> DoubleResponse? {
        counters.requests += 1
        return input { double, now in double.respond(to: request, at: now) }
    }

    /// Numbers a new connection; `introduce` then tells the double.
    func opened(_ socket: WebSocketConversation) -> Int {
        lastNumber += 1
        let number = lastNumber
        sockets[number] = socket
        counters.sockets += 1
        return number
    }

    func introduce(_ number: Int, target: String) {
        input { double, now in double.opened(number, path: target, at: now) }
    }

    func received(_ text: [UInt8], on number: Int) {
        counters.framesIn += 1
        input { double, now in double.received(text, on: number, at: now) }
    }

    func closed(_ number: Int) {
        guard sockets.removeValue(forKey: number) != nil else { return }
        input { double, now in double.closed(number, at: now) }
    }

    /// Runs `body` on the double after moving it up to now. `nil` when the host is stopped or its journal has
    /// failed.
    @discardableResult
    func input<Answer>(_ body: (any VenueDouble, Moment) -> Answer) -> Answer? {
        guard !isStopped else { return nil }
        let now = clock.now
        double.advance(to: now)
        let answer = body(double, now)
        if let fault = journal?.fault {
            _ = stop()
            failed(fault)
            return nil
        }
        deliver()
        return answer
    }

    /// What the venue holds, also after `stop`.
    var truth: VenueTruth { double.truth }

    /// Sends what the double has for its connections. A send may end a connection, whose end is an input
    /// again: the outer call then delivers what that brings, so frames never overtake one another.
    private func deliver() {
        guard !isDelivering else { return }
        isDelivering = true
        defer { isDelivering = false }
        var touched: [WebSocketConversation] = []
        while true {
            let frames = double.takeOutgoing()
            if frames.isEmpty { return }
            for frame in frames {
                guard let socket = sockets[frame.connection] else { continue }
                counters.framesOut += 1
                if socket.send(frame.content) { touched.append(socket) }
            }
            for socket in touched { socket.flush() }
            touched.removeAll(keepingCapacity: true)
        }
    }
}

/// `SCHED_BATCH`, which Swift's Glibc module lacks.
private let batchWork: Int32 = 3
