import Orders
import TradingModel

/// People's words about modes, kills and the risk index, and what became of rows that loosen something.
///
/// What tightens acts in the call that tells it, and its row follows: a dead disk must not keep a node from
/// stopping. What loosens acts once its row is durable, so that no restart ever finds a mode looser than the
/// one that people see.
public enum Governance: Sendable {
    /// Out of a mode into a looser one; two people must agree out of SAFE_MODE and KILLED.
    case resume(to: OperatingMode, reason: String, people: [String])
    /// A planned HOLD begins or ends.
    case maintenance(MaintenanceStep, reason: String, actor: String)
    case kill(KillOrder)
    /// A kill ends; two people must agree. That of everything ends with the mode.
    case lift(KillScope, reason: String, people: [String])
    case looseningDurable(UInt64)
    case looseningRefused(UInt64, reason: String)
    /// Another configuration; two people must agree where it loosens a limit.
    case configure(PolicyChange, people: [String])
    /// The configuration that a start has read.
    case started(with: ConfigurationFact)
    case riskTarget(Int, reason: String, actor: String)
    case riskInputs(RiskInputs)
}

/// What others than the engine know of the node's health; `nil`: not yet known.
public struct RiskInputs: Hashable, Sendable {
    /// In percent.
    public var heartbeats: Int?
    public var canary: Bool?
    public var operatorPresent: Bool?
    public init(
        heartbeats: Int? = nil, canary: Bool? = nil, operatorPresent: Bool? = nil
    ) {
        self.heartbeats = heartbeats
        self.canary = canary
        self.operatorPresent = operatorPresent
    }
}
