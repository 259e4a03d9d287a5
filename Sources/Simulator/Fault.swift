/// The faults of the fault model that concern one node. Each is an injector with its own probability per
/// seed, and each has a directed scenario in which nothing else happens.
public enum Fault: String, CaseIterable, Sendable, Hashable {
    case v01 = "V01", v02 = "V02", v03 = "V03", v04 = "V04", v05 = "V05", v06 = "V06", v07 = "V07"
    case v08 = "V08", v09 = "V09", v10 = "V10", v11 = "V11", v12 = "V12", v13 = "V13", v14 = "V14"
    case v15 = "V15", v16 = "V16", v17 = "V17", v18 = "V18", v19 = "V19", v20 = "V20", v21 = "V21"
    case v22 = "V22", v23 = "V23", v24 = "V24"
    case n01 = "N01", n02 = "N02", n03 = "N03", n04 = "N04", n05 = "N05", n06 = "N06", n07 = "N07"
    case n08 = "N08", n09 = "N09", n10 = "N10", n11 = "N11"
}

/// What a person reads about a fault.
public struct FaultDescription: Hashable, Sendable {
    public var id: String
    public var title: String
    /// What must hold while it happens.
    public var expectation: String
}

extension Fault {
    public var description: FaultDescription {
        let (title, expectation) = Fault.texts[self] ?? ("", "")
        return FaultDescription(id: rawValue, title: title, expectation: expectation)
    }

    private static let texts: [Fault: (String, String)] = [
        .v01: ("the answer to an order is lost", "UNKNOWN, then adopted; never doubled"),
        .v02: ("request or answer arrive after our deadline", "no resend; adopted on arrival"),
        .v03: ("taken after all, though the answer was an error", "treated as unknown, not as failure"),
        .v04: ("the request never reaches the venue", "proven absent before anything replaces it"),
        .v05: ("execution reports come twice, over two channels", "each trade is booked once"),
        .v06: ("reports out of order", "the order's state never goes back"),
        .v07: ("fills in fragments, dust below the lot", "hedged by fills; dust in the residual ledger"),
        .v08: ("overfill, a stranger's order or trade, a zombie", "booked, quarantined, venue in SAFE_MODE"),
        .v09: ("cancel races", "late fills are booked and hedged"),
        .v10: ("sockets carry nothing and stay open", "stale books have no size; no new risk"),
        .v11: ("storms of closed connections", "reconnected with backoff, reconciled before trading"),
        .v12: (
            "lost, doubled, swapped book messages, old snapshots, bad checksums", "no size until resynced"
        ),
        .v13: ("garbled, crossed, locked or empty books", "quarantined; no order"),
        .v14: ("prices off by ten, frozen or one-sided books", "collar and cross-venue sanity; no loss"),
        .v15: ("429, 418, 403, 5xx, HTML, cut answers", "Retry-After is obeyed; nothing crashes"),
        .v16: ("the venue's clock is off or jumps", "synchronised anew; HOLD above the bound"),
        .v17: ("filters change, symbols halt", "refused or denied; no storm of rejects"),
        .v18: ("self-trade expiry, liquidation, unsolicited cancels", "the hedge follows the fills"),
        .v19: ("wrong balances, hidden orders, late histories", "nothing is believed that one read says"),
        .v20: ("client ids may be used again", "exactly once without the venue's help"),
        .v21: ("the key loses its rights", "venue out; hedges elsewhere"),
        .v22: ("a whole venue is away with a leg open", "fallback hedge or HEDGE_FAILURE in time"),
        .v23: ("the price jumps, liquidity vanishes", "the loss stays bounded; hedged or told"),
        .v24: ("venue maintenance cancels everything", "nothing is assumed to live on"),
        .n01: ("kill -9 at a named crash point", "the same as any other death"),
        .n02: ("power loss: what was not synced is gone, torn or reordered", "acknowledged rows survive"),
        .n03: ("cut tails, flipped bits, missing files, old copies", "repaired from proof or DIRTY_START"),
        .n04: ("the disk is full or fails", "no send without a row; HOLD"),
        .n05: ("the disk is slow", "new risk waits; hedges take the reserve path"),
        .n06: ("a thread hangs", "no stale sends; goes on when it does"),
        .n07: ("the process is stopped and continued", "no stale sends"),
        .n08: ("no descriptors, no memory for connections", "orders fail proven; no crash"),
        .n09: ("packets are lost; heard but not hearing", "as lost answers"),
        .n10: ("deaths during recovery, again and again", "recovery is idempotent"),
        .n11: ("rows of the version before", "read, or refused at start"),
    ]
}
