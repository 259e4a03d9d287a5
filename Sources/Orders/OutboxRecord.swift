import TradingModel

/// One durable fact. Venues and instruments are named, not numbered, so that a row outlives a change of
/// configuration.
public enum OutboxRecord: Hashable, Sendable {
    /// A start of the node on this data directory; ids of that run carry the epoch.
    case started(epoch: UInt16, at: Moment)
    /// The proven balance a venue's asset was opened with.
    case opened(venue: String, asset: Asset, amount: Amount)
    /// An order about to be sent. Durable before its first byte leaves.
    case intended(OrderIntent, venue: String, symbol: String)
    case moved(ClientOrderID, to: OrderState, venueOrderID: String, at: Moment)
    /// New terms of an order that rests: `decided` before the request's first byte leaves, then what became
    /// of it. Without a second row its fate is unknown.
    case amended(ClientOrderID, to: OrderTerms, AmendState, at: Moment)
    case filled(FillReport, order: ClientOrderID, venue: String, symbol: String)
    /// A difference between ledger and venue that was explained and taken over (transfer, funding, manual
    /// order).
    case adjusted(venue: String, asset: Asset, amount: Amount, reason: String)
    case mode(OperatingMode, reason: String, actor: String, at: Moment)
    /// What reconciliation put right, or what a person put right or took in hand, and why.
    case corrected(venue: String, what: String, reason: String = "", actor: String = "node", at: Moment)
    /// A trade on our account that no order of ours made: it moves the balance, and nothing is hedged for it.
    case foreign(FillReport, venue: String, symbol: String)
    /// A venue entered or left its own SAFE_MODE.
    case venueMode(venue: String, isSafe: Bool, reason: String, actor: String, at: Moment)
    /// A strategy was disabled as a possible logic loop, or enabled again.
    case strategy(name: String, isEnabled: Bool, reason: String, actor: String, at: Moment)
    /// A kill of a part of the node, or of all of it, stands or was lifted.
    case killed(KillBlock, isLifted: Bool)
    /// The risk index was set by a person, or fell.
    case riskIndex(RiskIndexRow)
    /// Hedges that may leave without rows of their own, within these terms; durable before the pair that may
    /// need them. `venues` names those of its legs, in their order.
    case warranted(Warrant, symbol: String, venues: [String])
    /// What is left of a warrant will not be sent: all its legs but these.
    case revoked(ClientOrderID, sent: WarrantLegs)
    /// What a rule must still know after a restart.
    case rule(RuleFact)
    /// What the engine was told of the node's health.
    case health(HealthRow)
    /// The configuration that holds from here on.
    case configured(ConfigurationFact)
    /// What a run of a runbook began, did or was told.
    case runbook(RunbookRow)
    /// What became of an incident's case.
    case incident(IncidentRow)
    /// Everything the rows before this one amount to: they may be forgotten once they are old enough.
    case checkpoint(Checkpoint)

    /// First byte of every row. A reader knows its own version and the two before; it refuses newer rows,
    /// so an older node never starts on a newer directory (ARCHITECTURE.md states the upgrade and downgrade
    /// rule).
    ///
    /// 2: `intended` carries the decision's fingerprint; kinds 8 to 12. 3: `amended`, and what it left in a
    /// checkpoint's orders. 4: `warranted`, `revoked`, and orders that are presumed; kinds 20 to 22, 25, 26,
    /// 30 to 32.
    public static let version: UInt8 = 4
    public static let oldestReadable: UInt8 = 3

    public enum Fault: Error, Hashable, Sendable {
        case unknownVersion(UInt8)
        case malformed(String)
    }
}
