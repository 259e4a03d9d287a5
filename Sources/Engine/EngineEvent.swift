import Orders
import TradingModel

/// Everything that can happen to the engine besides book messages, which come by reference through
/// `TradingEngine.apply(book:of:at:)` so that no frame is copied.
public enum EngineEvent: Sendable {
    case publicStream(VenueID, [InstrumentID], isOpen: Bool)
    case bookQuarantined(VenueID, [InstrumentID], reason: String)
    /// The private stream is complete from here on, or lost.
    case privateStream(VenueID, isReady: Bool, reason: String)
    /// Orders, fills and balances of this venue were held against the ledger and agree.
    case reconciled(VenueID)
    /// They do not agree: no new risk until a person has looked.
    case dirty(VenueID, detail: String)
    /// Mark price or funding rate of a perpetual.
    case contract(VenueID, ContractTerms)
    /// A funding payment that the venue's history tells; known ones change nothing.
    case funded(VenueID, FundingReport)
    /// The rows of these orders, or of their amends, survive a power cut: they may be sent.
    case durable([ClientOrderID])
    /// The store refused: these orders were never sent and never will be.
    case notDurable([ClientOrderID], reason: String)
    case placeAnswered(ClientOrderID, PlaceAnswer)
    case queryAnswered(ClientOrderID, QueryAnswer)
    /// Open orders and fills of the order's instrument were read for its sake: whole and processed, or not.
    case listsRead(ClientOrderID, isWhole: Bool, showsIt: Bool)
    case cancelAnswered(ClientOrderID, CancelAnswer)
    case amendAnswered(Amendment, AmendAnswer)
    case reported(VenueID, OrderReport)
    case filled(VenueID, FillReport)
    /// A working order that a sweep of the venue's open orders found.
    case found(VenueID, OrderReport)
    /// A trade of the venue's history that names no order of ours, at a time when none of ours there is open.
    case foreignFill(VenueID, FillReport)
    /// What reconciliation put right, and why.
    case corrected(VenueID, String)
    /// Ledger and venue agreed and do so no more: no new risk there until they do.
    case drifted(VenueID, detail: String)
    /// A person or a rule moves one venue into or out of its own SAFE_MODE.
    case venueMode(VenueID, isSafe: Bool, reason: String, actor: String)
    /// A person agrees that a strategy disabled as a possible logic loop may trade again.
    case strategyApproved(String, reason: String, actor: String)
    /// Whether the store answers in time and has room: new risk waits while it does not.
    case store(StoreHealth)
    /// Acknowledged rows are, or may be, missing: no new risk until a person has looked.
    case historyDamaged(String)
    /// Cancel whatever may still work at this venue.
    case cancelAll(VenueID)
    /// Write down what all rows so far amount to.
    case checkpoint
    /// A proven balance to open an account with (first start on this data directory).
    case opened(VenueID, Asset, Amount)
    /// A person takes the venue's word for what rows and histories cannot explain.
    case adjusted(VenueID, Asset, by: Amount, reason: String)
    /// A person or a rule changes the mode.
    case mode(OperatingMode, reason: String, actor: String)
    /// Modes, kills and the risk index: people's words, and what became of their rows.
    case governance(Governance)
    /// How many requests of new risk the venue's rate budget allows now.
    case headroom(VenueID, Int)
    /// How far the venue's clock is ahead of ours; `nil` while nobody knows.
    case clock(VenueID, Span?)
    /// A person switches a rule, by its name, on or off.
    case rule(String, isOn: Bool, reason: String, actor: String)
    /// The venue's dead-man switch is armed from here on, or no longer (it may have fired).
    case deadMan(VenueID, isArmed: Bool)
    /// A check of the node itself wants a tiny order to go to this venue and end unfilled.
    case canaryOrder(VenueID)
    /// No new risk from here on: the process is going down. Hedges and cancels go on.
    case draining
    case timer
}

/// What the engine wants done. The desk interprets, in order.
public enum Directive: Sendable {
    /// Append without waiting: it must survive, nothing waits for it.
    case journal(OutboxRecord)
    /// Append these intents in one synced batch, then answer `.durable` or `.notDurable`.
    case persist([OrderIntent])
    /// Append this row, which loosens something, then answer `.looseningDurable` or `.looseningRefused`.
    case persistLoosening(UInt64, OutboxRecord)
    /// Durable and approved: hand to the transport now.
    case transmit(OrderIntent)
    /// As `persist`, for new terms of an order that rests.
    case persistAmend(Amendment)
    /// Durable and approved: hand to the transport now.
    case amend(Amendment)
    case cancel(OrderReference, VenueID)
    case query(OrderReference, VenueID)
    /// Read open orders and fills of its instrument, process what they show, then answer `.listsRead`.
    case readLists(OrderReference, VenueID)
    /// The venue counted fills it has not told: read its trade history.
    case fetchFills(VenueID, InstrumentID)
    case resynchronise(VenueID, InstrumentID)
    case alarm(Incident)
}

/// How the durable store is doing, as far as new risk is concerned.
public enum StoreHealth: Hashable, Sendable {
    case good
    /// A batch has been waiting for longer than an opening can.
    case slow
    /// Room for little more than hedges and cancels.
    case low(String)
}
