/// A bug that is put into the code on purpose, to prove that the simulator finds it. The sites ask
/// `planted(…)`; only `make mutants` builds a program in which the answer can be yes.
public enum PlantedDefect: String, CaseIterable, Sendable {
    // orders and the outbox
    case sendBeforeDurable = "send-before-durable"
    case amendBeforeDurable = "amend-before-durable"
    /// A warrant is written when it is used, not before.
    case warrantBeforeDurable = "warrant-before-durable"
    /// A warrant's row names less than what is sent under it.
    case warrantTooSmall = "warrant-too-small"
    /// What the last run was free to send is forgotten at a start.
    case warrantNotRecovered = "warrant-not-recovered"
    case resendOnTimeout = "resend-on-timeout"
    case closeUnknownByTimer = "close-unknown-by-timer"
    case forgetUnknownExposure = "forget-unknown-exposure"
    case reuseClientID = "reuse-client-id"
    case trustNotFound = "trust-not-found"
    case regressState = "regress-state"
    case ignoreOverfill = "ignore-overfill"
    case adoptForeignSilently = "adopt-foreign-silently"
    case sendLateLeg = "send-late-leg"
    // fills and the ledger
    case dropLateFill = "drop-late-fill"
    case dropPartialFill = "drop-partial-fill"
    case doubleApplyFill = "double-apply-fill"
    case replayFillTwiceOnRecovery = "replay-fill-twice-on-recovery"
    case skipFillsAfterGap = "skip-fills-after-gap"
    case forgetFingerprint = "forget-fingerprint"
    case ignoreFeeInLedger = "ignore-fee-in-ledger"
    case trustOneBalanceRead = "trust-one-balance-read"
    // books
    case trustGappedBook = "trust-gapped-book"
    case staleBookTrades = "stale-book-trades"
    case skipChecksum = "skip-checksum"
    case acceptCrossedBook = "accept-crossed-book"
    // hedging
    case hedgeTwice = "hedge-twice"
    case hedgeWrongSide = "hedge-wrong-side"
    case hedgeLateSilently = "hedge-late-silently"
    case loseResidual = "lose-residual"
    /// A quote that rests is taken for a hedge under way.
    case countQuoteAsHedge = "count-quote-as-hedge"
    /// An incident repeats a passphrase.
    case tellSecret = "tell-secret"
    // risk and modes
    case leakReservation = "leak-reservation"
    case releaseReservationEarly = "release-reservation-early"
    case ignoreHold = "ignore-hold"
    case noCancelInSafeMode = "no-cancel-in-safe-mode"
    /// A kill changes nothing.
    case ignoreKill = "ignore-kill"
    /// The Watchkeeper does nothing when the desk hangs.
    case watchkeeperSleeps = "watchkeeper-sleeps"
    /// Cycles are never too many.
    case ignoreLogicLoop = "ignore-logic-loop"
    // venues
    case ignoreRetryAfter = "ignore-retry-after"
    case ignoreRateBudget = "ignore-rate-budget"
    case skipDeadMan = "skip-dead-man"
    /// What venues answer to an order is told past the tape.
    case untapedAnswers = "untaped-answers"
    // durability and restart
    case skipSync = "skip-sync"
    case skipReconcile = "skip-reconcile"
    case wrongEpochAfterRestart = "wrong-epoch-after-restart"

    /// Whether this program was built with the defects in it.
    public static var isCompiledIn: Bool {
        #if PLANTED_DEFECTS
            true
        #else
            false
        #endif
    }

    /// The one defect of this process, nil for none. A worker sets it once, before its first simulation and
    /// before there is a second thread; it is only read after that, so that asking costs a load and no lock.
    public nonisolated(unsafe) static var active: PlantedDefect?  // sim-ok: written once, before any reader

    /// Where to look first: a scenario, or a fault (`V01`…) whose directed scenarios come before drawn seeds.
    /// Only an order of search: a defect counts as caught wherever it is caught.
    public var scenarioHint: String? {
        switch self {
        case .resendOnTimeout: "V02"
        case .closeUnknownByTimer, .forgetUnknownExposure: "V01"
        case .trustNotFound: "V02"
        case .regressState, .sendLateLeg: "V06"
        case .ignoreOverfill, .adoptForeignSilently, .noCancelInSafeMode: "V08"
        case .dropLateFill: "V09"
        case .dropPartialFill, .loseResidual: "V07"
        case .countQuoteAsHedge: "fills-during-cancels"
        case .amendBeforeDurable: "fills-during-amends"
        case .doubleApplyFill: "V05"
        case .forgetFingerprint: "V17"
        case .skipFillsAfterGap: "V11"
        case .trustOneBalanceRead: "V19"
        case .trustGappedBook, .skipChecksum: "V12"
        case .acceptCrossedBook: "V13"
        case .staleBookTrades: "V10"
        case .hedgeLateSilently: "V22"
        case .ignoreRetryAfter, .ignoreRateBudget: "V15"
        case .skipDeadMan: "V24"
        case .sendBeforeDurable, .ignoreHold: "N04"
        case .warrantBeforeDurable, .warrantTooSmall: "V07"
        case .warrantNotRecovered: "N01"
        case .skipSync: "N02"
        case .reuseClientID, .replayFillTwiceOnRecovery, .skipReconcile, .wrongEpochAfterRestart: "N01"
        case .tellSecret: "V16"
        case .ignoreLogicLoop: "loops-are-stopped"
        case .ignoreKill: "kill-all"
        case .watchkeeperSleeps: "kill-with-the-desk-stuck"
        case .untapedAnswers, .ignoreFeeInLedger, .hedgeTwice, .hedgeWrongSide, .leakReservation,
            .releaseReservationEarly:
            nil
        }
    }
}

/// Whether this defect is to show itself here. The constant `false` in every program but that of
/// `make mutants`, so that the optimiser removes the site.
@inlinable @inline(__always)
public func planted(_ defect: PlantedDefect) -> Bool {
    #if PLANTED_DEFECTS
        return PlantedDefect.active == defect
    #else
        return false
    #endif
}
