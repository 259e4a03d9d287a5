import Engine
import Orders
import Synchronization
import TradingModel

/// An urgent word that must hold from the moment it is given, whatever the desk does.
public enum UrgentWord: Hashable, Sendable {
    case kill(KillOrder)
    /// Down to this mode.
    case tighten(OperatingMode, reason: String, actor: String)
}

/// What the desk and the Watchkeeper share: orders that may rest, the venues' clocks, and words that the desk
/// has not taken yet. Each call holds the lock for a few instructions and never waits for anything else.
public final class WatchBoard: Sendable {
    private struct State {
        var resting: [ClientOrderID: OrderIntent] = [:]
        var clocks: [Span]
        /// By venue: until when it wants to hear nothing.
        var silences: [Moment]
        var words: [(number: UInt64, word: UrgentWord)] = []
        var last: UInt64 = 0
        /// As the desk told it last.
        var mode = OperatingMode.normal
    }

    private let state: Mutex<State>
    /// How many words the desk has not taken: orders look at nothing else while there are none.
    private let waiting = Atomic<Int>(0)
    private let names: KillTable

    init(_ policy: EnginePolicy) {
        state = Mutex(
            State(
                clocks: policy.venues.map { _ in .zero },
                silences: policy.venues.map { _ in .distantPast }))
        names = NodeNames(policy).table
    }

    // MARK: The desk's side

    /// An order is about to go. Only what may rest is worth a cancel.
    func goes(_ intent: OrderIntent) {
        guard intent.timeInForce.mayRest else { return }
        state.withLock { $0.resting[intent.id] = intent }
    }

    func ended(_ id: ClientOrderID) {
        state.withLock { _ = $0.resting.removeValue(forKey: id) }
    }

    func tells(_ venue: VenueID, clock: Span, silentUntil: Moment) {
        state.withLock { state in
            state.clocks[venue.index] = clock
            state.silences[venue.index] = silentUntil
        }
    }

    /// Asked for each order when its turn on the wire has come.
    func forbids(_ intent: OrderIntent) -> Bool {
        guard waiting.load(ordering: .acquiring) > 0 else { return false }
        return state.withLock { state in
            state.words.contains { entry in
                switch entry.word {
                case .kill(let order):
                    names.covers(order.scope, intent) && !(order.flattens && intent.purpose.reducesRisk)
                case .tighten(let mode, _, _): mode >= .hold && !intent.purpose.reducesRisk
                }
            }
        }
    }

    func tells(_ mode: OperatingMode) { state.withLock { $0.mode = mode } }

    /// The desk has carried it out: its engine forbids from here on.
    func taken(_ number: UInt64, mode: OperatingMode) {
        state.withLock { state in
            state.mode = mode
            state.words.removeAll { $0.number == number }
            waiting.store(state.words.count, ordering: .releasing)
        }
    }

    // MARK: The Watchkeeper's side

    func give(_ word: UrgentWord) -> UInt64 {
        state.withLock { state in
            state.last += 1
            state.words.append((state.last, word))
            waiting.store(state.words.count, ordering: .releasing)
            return state.last
        }
    }

    /// The strictest mode that the desk told or that a waiting word asks for.
    var strictest: OperatingMode {
        state.withLock { state in
            state.words.reduce(state.mode) { strictest, entry in
                switch entry.word {
                case .kill(let order): order.scope == .all ? .killed : strictest
                case .tighten(let mode, _, _): max(strictest, mode)
                }
            }
        }
    }

    func resting(in scope: KillScope) -> [OrderIntent] {
        let all = state.withLock { Array($0.resting.values) }
        return all.filter { names.covers(scope, $0) }.sorted { $0.id < $1.id }
    }

    func clock(_ venue: VenueID) -> Span { state.withLock { $0.clocks[venue.index] } }

    func silence(_ venue: VenueID) -> Moment { state.withLock { $0.silences[venue.index] } }

    func covers(_ scope: KillScope, _ intent: OrderIntent) -> Bool { names.covers(scope, intent) }
}
