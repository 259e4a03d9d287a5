import Console
import Control
import Engine
import Foundation
import LiveWorld
import Node
import Orders
import Ports
import Reports
import Risk
import Synchronization
import TradingModel

/// Takes a node's figures once a minute and keeps them; makes reports of them.
actor FigureKeeper: ReportMaking {
    nonisolated let lane: any Lane
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let desk: TradingDesk
    private let time: any Timekeeper
    private let files: FigureFiles
    private let clock: DayClock
    private let fills: FillTally
    private let fees: FeeTiers
    private var isStuck = false

    static let every = Span.seconds(60)

    init(
        _ desk: TradingDesk, fills: FillTally, fees: FeeTiers, clock: DayClock, in directory: String,
        lane: any Lane, time: any Timekeeper
    ) {
        self.lane = lane
        self.desk = desk
        self.time = time
        self.clock = clock
        self.fills = fills
        self.fees = fees
        files = FigureFiles(in: directory)
    }

    /// Until its task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await sample()
            do { try await time.sleep(until: time.now + FigureKeeper.every) } catch { return }
        }
    }

    /// Takes the figures now.
    func sample() async {
        let (report, epoch, qualities) = await desk.figures()
        var sample = FigureSample(report, run: epoch)
        for (name, quality) in qualities { sample.levels["quality.\(name)"] = Int64(quality) }
        fills.add(to: &sample)
        do {
            try files.append(sample)
            isStuck = false
        } catch {
            if !isStuck { Terminal.say("figures are not kept: \(error.localizedDescription)") }
            isStuck = true
        }
    }

    func period(_ kind: ReportPeriod.Kind, around day: Int64) -> PeriodReport? {
        let period = ReportPeriod(kind, around: day, clock)
        return PeriodReport(files.samples(period), period)
    }

    func answer(_ report: PeriodReport) -> ReportAnswer {
        ReportAnswer(report, fees: fees, at: time.now)
    }

    // MARK: Operators

    func report(_ question: ReportQuestion) async throws(ControlFault) -> ReportAnswer {
        await sample()
        let kind = ReportPeriod.Kind(rawValue: question.kind.rawValue) ?? .day
        let today = clock.day(at: time.now)
        let day = question.day.map { Int64($0) } ?? today
        guard day <= today else {
            throw ControlFault(.badArguments, "that day has not begun", remedy: "name one of the past")
        }
        guard let report = period(kind, around: day) else {
            throw ControlFault(
                .conflict, "there are no figures of that time", remedy: "a node takes them once a minute")
        }
        var answer = answer(report)
        if question.wantsPage { answer.page = ReportPage(answer, report).html }
        return answer
    }
}

/// What fills came to in this run, by venue: read off the outbox's rows.
final class FillTally: Sendable {
    private struct State {
        var fills: [String: Int64] = [:]
        var sums: [String: Amount] = [:]
        /// Trades, each once: doubles come within minutes, names of long ago are not needed.
        var known = SignalMemory()
    }

    private let state = Mutex(State())
    private let names: RowNames
    private let policy: EnginePolicy

    init(_ policy: EnginePolicy) {
        self.policy = policy
        let (venues, symbols) = (policy.venues.map(\.name), policy.instruments.map(\.symbol))
        names = RowNames(
            venue: { name in venues.firstIndex(of: name).map { VenueID($0) } },
            instrument: { symbol in symbols.firstIndex(of: symbol).map { InstrumentID($0) } })
    }

    /// Only fills and starts are looked at; cheap enough for whoever calls it.
    func witness(_ rows: [DurableRow]) {
        for row in rows where row.bytes.count > 1 && (row.bytes[1] == 1 || row.bytes[1] == 5) {
            // A row that this version does not know would have stopped the start.
            guard let record = try? OutboxRecord(row.bytes, names: names) else { continue }
            switch record {
            // What lies before is an earlier run's.
            case .started: state.withLock { $0 = State() }
            case .filled(let fill, _, let venue, let symbol): add(fill, venue, symbol)
            default: continue
            }
        }
    }

    private func add(_ fill: FillReport, _ venue: String, _ symbol: String) {
        let instrument = policy.instruments[fill.instrument.index]
        let notional = instrument.notional(fill.price, fill.quantity)
        let fee = FillFlows(fill, instrument).feeValue(
            instrument, at: fill.price,
            takerFee: policy.venues.firstIndex { $0.name == venue }
                .map { policy.takerFee(VenueID($0), fill.instrument) } ?? .zero)
        var trade = Fingerprint()
        for part in [venue, symbol, fill.tradeID] { trade.add(part) }
        state.withLock { [trade] state in
            guard !state.known.contains(trade.value) else { return }
            state.known.remember(trade.value)
            state.fills[venue, default: 0] += 1
            state.sums["venue.\(venue).volume", default: .zero] += notional
            if fill.isMaker { state.sums["venue.\(venue).maker", default: .zero] += notional }
            state.sums["venue.\(venue).fees", default: .zero] += fee
        }
    }

    func add(to sample: inout FigureSample) {
        let state = state.withLock { ($0.fills, $0.sums) }
        for (venue, count) in state.0 { sample.counters["venue.\(venue).fills"] = count }
        sample.sums.merge(state.1) { $1 }
    }
}
