import TradingModel

/// The venue's countdown as the node must assume it runs: when to set it anew, and from when on the resting
/// orders may be gone. It counts from when a confirmed request was *sent*, which is never later than when the
/// venue started counting.
public struct DeadManSwitch: Sendable {
    public enum State: Hashable, Sendable, CaseIterable {
        /// Not set, as far as the venue's answers tell.
        case disarmed
        /// Set, and nothing is under way.
        case armed
        /// A request that sets it is under way.
        case refreshing
        /// The last request was not confirmed; what was confirmed before still runs.
        case failed
        /// A whole window without confirmation: the venue may have canceled everything.
        case fired
        /// It is to be switched off and that is not confirmed yet.
        case disarming
    }

    public enum Duty: Hashable, Sendable {
        case nothing
        case arm
        case refresh
        case disarm
    }

    private let rule: DeadManRule
    private var isWanted = true
    /// The request under way: when it was asked for and whether it switches off.
    private var underWay: (at: Moment, disarms: Bool)?
    /// When the last confirmed setting was sent; `nil` while none counts.
    private var provenFrom: Moment?
    /// When a setting was asked for that was never answered: it may count at the venue all the same.
    private var perhapsFrom: Moment?
    private var hasFired = false
    private var hasFailed = false
    /// When the venue was first asked since the last confirmation: what was never confirmed can be lost too.
    private var wantedSince: Moment?
    private var nextAttempt = Moment.distantPast

    /// Between attempts after a failure. OKX takes one request a second.
    public static let retryPause = Span.seconds(2)

    public init(rule: DeadManRule) { self.rule = rule }

    public var state: State {
        if !isWanted { return underWay == nil && provenFrom == nil ? .disarmed : .disarming }
        if hasFired { return .fired }
        if underWay != nil { return .refreshing }
        if hasFailed { return .failed }
        return provenFrom == nil ? .disarmed : .armed
    }

    public var isAsking: Bool { underWay != nil }

    /// Whether the venue would cancel what rests there if the node died now.
    public func isArmed(at now: Moment) -> Bool {
        guard isWanted, !hasFired, let provenFrom else { return false }
        return now - provenFrom < rule.window
    }

    /// Whether refreshing has failed for more than half the window.
    public func isLost(at now: Moment) -> Bool {
        guard isWanted, hasFailed || hasFired, let since = provenFrom ?? wantedSince else { return false }
        return now - since > rule.window / 2
    }

    /// What to do now. Time passes here: a window without confirmation makes the switch fired.
    public mutating func duty(at now: Moment) -> Duty {
        if let from = provenFrom, now - from >= rule.window {
            provenFrom = nil
            if isWanted {
                hasFired = true
                wantedSince = from
            }
        }
        guard underWay == nil, now >= nextAttempt else { return .nothing }
        guard isWanted else { return provenFrom == nil ? .nothing : .disarm }
        guard let provenFrom else { return .arm }
        return hasFailed || now - provenFrom >= rule.refresh ? .refresh : .nothing
    }

    /// A request that sets it, or with `disarms` one that switches it off, goes out.
    public mutating func asked(disarms: Bool = false, at now: Moment) {
        precondition(underWay == nil, "one request at a time, or they could overtake each other")
        underWay = (now, disarms)
        if !disarms, wantedSince == nil { wantedSince = now }
    }

    /// The venue confirmed the request that was sent at `sent`.
    public mutating func answered(sent: Moment) {
        guard let request = underWay else { return }
        underWay = nil
        hasFailed = false
        nextAttempt = .distantPast
        if request.disarms {
            provenFrom = nil
            perhapsFrom = nil
        } else {
            provenFrom = sent
            perhapsFrom = nil
            hasFired = false
            wantedSince = nil
        }
    }

    /// No answer, or a refusal. A setting whose answer was lost may still have arrived: it fires later than
    /// assumed, never earlier.
    public mutating func failed(at now: Moment) {
        guard let request = underWay else { return }
        underWay = nil
        hasFailed = true
        nextAttempt = now + DeadManSwitch.retryPause
        if !request.disarms { perhapsFrom = request.at }
        if !isWanted { supposeSet() }
    }

    /// Orderly shutdown or maintenance. A request under way is waited for: a setting that arrived after the
    /// switching off would arm it again.
    public mutating func disarmRequested() {
        isWanted = false
        supposeSet()
        hasFired = false
        hasFailed = false
        wantedSince = nil
        nextAttempt = .distantPast
    }

    /// A setting without an answer must not be taken for off.
    private mutating func supposeSet() { provenFrom = perhapsFrom ?? provenFrom }

    /// Back from maintenance.
    public mutating func armRequested() {
        guard !isWanted else { return }
        isWanted = true
        hasFailed = false
        provenFrom = nil
        nextAttempt = .distantPast
    }
}
