/// Places in production code where a process may die. Live they cost one test of a nil; the simulator arms
/// one of them at a time and proves that what follows is the same as after any other death.
public enum CrashPoint: String, CaseIterable, Sendable {
    // Opening
    case storeOpened, rowsReplayed, engineBuilt, startJournaled, connectorsStarted
    // The store
    case appendBegins, appendEnds, absorbBegins, absorbEnds, settleBegins, settleEnds
    case reserveBegins, reserveEnds
    case checkpointDecided, checkpointDurable, discardBegins, discardEnds
    // Openings
    case openingDecided, openingQueued, batchHanded, batchDurable, batchRefused
    case openingTransmits, openingTransmitted
    // Hedges
    case hedgeDecided, hedgeQueued, hedgeTransmits, hedgeTransmitted
    case warrantQueued, warrantUsed, warrantRevoked
    // Answers, fills, reports
    case answerArrived, answerApplied, fillArrived, fillApplied, reportArrived, reportApplied
    // Unknown fate
    case queryDecided, queryAnswered, queryApplied
    case cancelDecided, cancelAnswered, cancelApplied
    // A quote that is moved
    case amendQueued, amendTransmits, amendAnswered, amendApplied
    case listsAsked, listsRead, listsApplied
    case historyAsked, historyRead, historyApplied
    // Requests
    case requestSigned, requestCharged, requestHanded, responseArrived
    // Streams
    case marketOpened, snapshotArrived, accountOpened, accountReady, accountLost
    // Reconciliation and the hunter
    case reconcileBegins, openOrdersRead, balancesRead, accountFunded, reconciled
    case auditBegins, driftFound, strangerFound
    // Modes and the end
    case modeChanged, drainBegins, drainEnds, closes
}
