import TradingModel

/// What each name in a fault script stands for: one row of a table.
public struct FaultRecipe: Sendable {
    /// What an entry of a script may say beside its fault; the raw value is the key in the file.
    public enum Term: String, CaseIterable, Sendable {
        case symbol
        case duration = "for"
        case by, count, percent, side, quantity
    }

    typealias Deed = @Sendable (VenueMischief, ScriptedFault) -> Void

    public let name: String
    /// Its fault in the fault model.
    public let id: String
    public let needs: [Term]
    public let takes: [Term]
    let begin: Deed
    /// What ends it after `for`; `nil` where the deed itself knows its end.
    let end: Deed?

    private init(
        _ name: String, _ id: String, needs: [Term] = [], takes: [Term] = [],
        begin: @escaping Deed, end: Deed? = nil
    ) {
        self.name = name
        self.id = id
        self.needs = needs
        self.takes = takes
        self.begin = begin
        self.end = end
    }

    public static func named(_ name: String) -> FaultRecipe? { all.first { $0.name == name } }

    static let clock = "clock"
    /// Where a percentage may be negative.
    static let signedPercent: Set<String> = ["price-move"]

    public static let all: [FaultRecipe] =
        venue + instruments + bookMessages + books + answers + keys + orders

    private static let venue = [
        FaultRecipe("maintenance", "V24", needs: [.duration]) { $0.maintain(for: $1.duration ?? .zero) },
        FaultRecipe(
            clock, "V16", needs: [.by], takes: [.duration],
            begin: { $0.clockOffset = $1.by ?? .zero },
            end: { mischief, _ in mischief.clockOffset = .zero }),
        FaultRecipe("no-liquidity", "V23", needs: [.duration], takes: [.symbol]) {
            $0.vanishLiquidity($1.symbol, for: $1.duration ?? .zero)
        },
        FaultRecipe("price-move", "V23", needs: [.percent], takes: [.symbol, .duration]) {
            $0.moveMarket($1.symbol, percent: $1.percent ?? 0, within: $1.duration ?? .seconds(1))
        },
    ]

    private static let instruments = [
        FaultRecipe(
            "halt", "V17", takes: [.symbol, .duration],
            begin: { mischief, fault in mischief.each(fault.symbol) { mischief.halt($0, .halted) } },
            end: resume),
        FaultRecipe(
            "delisting", "V17", takes: [.symbol, .duration],
            begin: { mischief, fault in mischief.each(fault.symbol) { mischief.halt($0, .delisted) } },
            end: resume),
        FaultRecipe(
            "open-order-limit", "V17", needs: [.count], takes: [.duration],
            begin: { $0.maximumOpenOrders = $1.count },
            end: { mischief, _ in mischief.maximumOpenOrders = nil }),
    ]

    private static let resume: Deed = { mischief, fault in mischief.each(fault.symbol, mischief.resume) }

    private static let bookMessages = [
        message("gap", "V12", .skipped), message("repeat", "V12", .repeated),
        message("rollback", "V12", .rolledBack), message("wrong-checksum", "V12", .wrongChecksum),
        message("wrong-symbol", "V13", .wrongSymbol), message("not-a-number", "V13", .garbled(.notANumber)),
        FaultRecipe("old-snapshot", "V12", takes: [.symbol, .count]) { mischief, fault in
            mischief.each(fault.symbol) { mischief.serveOldSnapshots($0, count: fault.count ?? 1) }
        },
    ]

    private static let books = [
        book("crossed-book", "V13", .crossed), book("locked-book", "V13", .locked),
        book("empty-book", "V13", .empty), book("frozen-book", "V14", .frozen),
        book("bids-only", "V14", .bidsOnly), book("asks-only", "V14", .asksOnly),
        book("tenfold-prices", "V14", .tenfold), book("tenth-of-prices", "V14", .tenth),
    ]

    private static let answers = [
        FaultRecipe("zero-balances", "V19", takes: [.count]) {
            $0.wrongBalances = .init(.zero, answers: $1.count ?? 1)
        },
        FaultRecipe("old-balances", "V19", needs: [.by], takes: [.count]) {
            $0.wrongBalances = .init(.stale($1.by ?? .zero), answers: $1.count ?? 1)
        },
        FaultRecipe("hidden-orders", "V19", takes: [.count]) { $0.hiddenOrderAnswers += $1.count ?? 1 },
        FaultRecipe(
            "late-fills", "V19", needs: [.by], takes: [.duration],
            begin: { $0.tradeHistoryLag = $1.by ?? .zero },
            end: { mischief, _ in mischief.tradeHistoryLag = .zero }),
        FaultRecipe("repeated-reports", "V05", takes: [.count]) { $0.repeatedReports += $1.count ?? 1 },
    ]

    private static let keys = [
        key("revoked-key", .revoked), key("address-not-allowed", .addressNotAllowed),
        key("trading-not-allowed", .tradingNotAllowed),
        FaultRecipe(
            "withdrawal-right", "V21", takes: [.duration],
            begin: { mischief, _ in mischief.keyRights.mayWithdraw = true },
            end: { mischief, _ in mischief.keyRights.mayWithdraw = false }),
    ]

    private static let orders = [
        FaultRecipe(
            "fragments", "V07", needs: [.count], takes: [.percent, .duration],
            begin: { $0.fragmentation = .init(pieces: $1.count ?? 1, percent: $1.percent ?? 100) },
            end: { mischief, _ in mischief.fragmentation = nil }),
        FaultRecipe("overfill", "V08", takes: [.count, .percent]) { mischief, fault in
            let much = fault.percent.map { VenueMischief.Overfill.percent($0) } ?? .lots(1)
            mischief.overfills += Array(repeating: much, count: fault.count ?? 1)
        },
        FaultRecipe("fill-before-cancel", "V09", takes: [.count]) {
            $0.cancelRaces += Array(repeating: .filledFirst, count: $1.count ?? 1)
        },
        FaultRecipe("fill-behind-cancel", "V09", needs: [.by], takes: [.count, .percent]) { mischief, fault in
            let race = VenueMischief.CancelRace.lateFill(
                percent: fault.percent ?? 50, after: fault.by ?? .zero)
            mischief.cancelRaces += Array(repeating: race, count: fault.count ?? 1)
        },
        FaultRecipe("self-trade-prevention", "V18", takes: [.count]) {
            $0.selfTradeExpiries += $1.count ?? 1
        },
        FaultRecipe("orders-ended", "V18") { mischief, _ in mischief.cancelAllOrders() },
        FaultRecipe("liquidation", "V18") { mischief, _ in mischief.cancelAllOrders(asLiquidation: true) },
        FaultRecipe("stranger", "V08", needs: [.symbol, .side, .quantity]) { mischief, fault in
            guard let symbol = fault.symbol, let side = fault.side, let quantity = fault.quantity else {
                preconditionFailure("a script is judged before it is played")
            }
            mischief.trade(symbol: symbol, side: side, quantity: quantity)
        },
    ]

    private static func message(_ name: String, _ id: String, _ fault: BookFault) -> FaultRecipe {
        FaultRecipe(name, id, takes: [.symbol, .count]) { mischief, script in
            mischief.each(script.symbol) { mischief.spoilBook($0, fault, count: script.count ?? 1) }
        }
    }

    private static func book(_ name: String, _ id: String, _ distortion: BookDistortion) -> FaultRecipe {
        FaultRecipe(name, id, needs: [.duration], takes: [.symbol]) { mischief, script in
            mischief.each(script.symbol) {
                mischief.distortBook($0, distortion, for: script.duration ?? .zero)
            }
        }
    }

    private static func key(_ name: String, _ trouble: VenueMischief.KeyTrouble) -> FaultRecipe {
        FaultRecipe(
            name, "V21", takes: [.duration], begin: { mischief, _ in mischief.keyTrouble = trouble },
            end: { mischief, _ in mischief.keyTrouble = nil })
    }
}

extension VenueMischief {
    /// The symbols of the venue, canonical.
    public var symbols: [String] { venue.symbols.map(\.symbol) }

    /// A fault of a script that has no `problems` here begins. Advance the double before.
    public func begin(_ fault: ScriptedFault) { recipe(fault).begin(self, fault) }

    /// It ends, where it does not end by itself.
    public func end(_ fault: ScriptedFault) { recipe(fault).end?(self, fault) }

    private func recipe(_ fault: ScriptedFault) -> FaultRecipe {
        guard let recipe = FaultRecipe.named(fault.name) else {
            preconditionFailure("a script is judged before it is played")
        }
        return recipe
    }

    fileprivate func each(_ symbol: String?, _ deed: (String) -> Void) {
        for symbol in symbol.map({ [$0] }) ?? symbols { deed(symbol) }
    }
}
