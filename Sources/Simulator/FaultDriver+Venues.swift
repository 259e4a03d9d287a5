import SimulatedWorld
import TradingModel

// What only a venue itself can do wrong.
extension FaultDriver {
    func venueDeeds(_ fault: Fault) {
        switch fault {
        case .v07: often { $0.fragment($1, &$2) }
        case .v08: often(2) { $0.meddle($1, &$2) }
        case .v09: often { $0.raceCancels($1, &$2) }
        case .v14: often { $0.distort($1, &$2, FaultDriver.wrongPrices) }
        case .v16: often { $0.moveClock($1, &$2) }
        case .v17: often(2) { $0.changeFilters($1, &$2) }
        case .v18: often(5) { $0.endOrders($1, &$2) }
        case .v19: often(4) { $0.lie($1, &$2) }
        case .v20: often { driver, venue, _ in driver.reuse(venue) }
        case .v21: often(2) { $0.revoke($1, &$2) }
        case .v23: often(2) { $0.crash($1, &$2) }
        case .v24: often(1) { $0.maintain($1, &$2) }
        default: storeDeeds(fault)
        }
    }

    private func double(_ venue: String) -> any SimulatedVenue {
        guard let index = trial.plan.venues.firstIndex(of: venue) else {
            preconditionFailure("\(venue) is one of this world's venues")
        }
        let double = trial.doubles[index]
        double.advance(to: trial.simulation.now)
        return double
    }

    private func later(_ span: Span, _ action: @escaping () -> Void) {
        trial.simulation.schedule(at: trial.simulation.now + span, action)
    }

    private func fragment(_ venue: String, _ draw: inout Draw) {
        fired(.v07)
        let mischief = double(venue).mischief
        mischief.fragmentation = .init(pieces: Int(draw.between(2, 9)), percent: draw.between(20, 100))
        later(draw.span(.seconds(1), .seconds(8))) { mischief.fragmentation = nil }
    }

    /// V08: an overfill, a stranger's trade or order, a zombie in our own name.
    private func meddle(_ venue: String, _ draw: inout Draw) {
        fired(.v08)
        let double = double(venue)
        let symbol = draw.pick(trial.plan.symbols)
        let quantity = Quantity(raw: symbol.hasPrefix("BTC") ? 1_000_000 : 20_000_000)
        let side: Side = draw.chance(50) ? .buy : .sell
        let best = double.observer.best(symbol)
        let far = (best.bid ?? Price(raw: 100_000_000)).raw / 100 * (side == .buy ? 97 : 103)
        let price = Price(raw: far / 100_000_000 * 100_000_000)
        let deed = draw.below(4)
        switch trial.plan.meddling ?? deed {
        case 0:
            trial.judge.toleratesOverfill = true
            double.mischief.overfills.append(draw.chance(50) ? .lots(1) : .percent(draw.between(1, 10)))
        case 1: _ = double.mischief.trade(symbol: symbol, side: side, quantity: quantity)
        case 2:
            _ = double.mischief.plant(symbol: symbol, side: side, price: price, quantity: quantity)
            later(draw.span(.seconds(2), .seconds(8))) { [trial] in
                if !trial.isCalm { double.mischief.cancelAllOrders() }
            }
        default:
            let id = ClientOrderID(
                epoch: 0, node: 1, strategy: 9, intent: UInt64(draw.below(1 << 30)), leg: 0, attempt: 0)
            _ = double.mischief.plant(
                clientID: id.description, symbol: symbol, side: side, price: price, quantity: quantity)
        }
        trial.network.inputArrived(at: venue)
    }

    private func raceCancels(_ venue: String, _ draw: inout Draw) {
        fired(.v09)
        let late = draw.span(.milliseconds(5), .seconds(1))
        double(venue).mischief.cancelRaces.append(
            draw.chance(50) ? .filledFirst : .lateFill(percent: draw.between(10, 90), after: late))
    }

    private static let wrongPrices: [BookDistortion] = [.tenfold, .tenth, .frozen, .bidsOnly, .asksOnly]
    static let wrongBooks: [BookDistortion] = [.crossed, .locked, .empty]

    func distort(_ venue: String, _ draw: inout Draw, _ choices: [BookDistortion]) {
        fired(choices.contains(.frozen) ? .v14 : .v13)
        double(venue).mischief.distortBook(
            draw.pick(trial.plan.symbols), draw.pick(choices), for: draw.span(.milliseconds(200), .seconds(5))
        )
        trial.network.inputArrived(at: venue)
    }

    func spoil(_ venue: String, _ draw: inout Draw) {
        fired(.v12)
        let mischief = double(venue).mischief
        let symbol = draw.pick(trial.plan.symbols)
        if draw.chance(30) {
            mischief.serveOldSnapshots(symbol, count: Int(draw.between(1, 2)))
        } else {
            let fault = draw.pick(BookFault.sequenceFaults)
            mischief.spoilBook(symbol, fault, count: Int(draw.between(1, 3)))
        }
    }

    private func moveClock(_ venue: String, _ draw: inout Draw) {
        fired(.v16)
        let mischief = double(venue).mischief
        let far = draw.chance(30)
        mischief.clockOffset =
            far
            ? draw.span(.seconds(-60), .seconds(60)) : draw.span(.milliseconds(-900), .milliseconds(900))
        if far { later(draw.span(.seconds(1), .seconds(10))) { mischief.clockOffset = .zero } }
    }

    private func changeFilters(_ venue: String, _ draw: inout Draw) {
        fired(.v17)
        let mischief = double(venue).mischief
        let symbol = draw.pick(trial.plan.symbols)
        let rules = double(venue).observer.rules(symbol)
        if draw.chance(40) {
            mischief.halt(symbol, .halted)
            later(draw.span(.milliseconds(300), .seconds(5))) {
                mischief.resume(symbol)
            }
        } else if let rules {
            // A second change may come before the first has ended: the usual lot is that of the beginning.
            let usual = trial.usualLots["\(venue) \(symbol)", default: rules.lot]
            trial.usualLots["\(venue) \(symbol)"] = usual
            mischief.setFilters(symbol, lot: Quantity(raw: usual.raw * 10))
            later(draw.span(.milliseconds(300), .seconds(5))) { mischief.setFilters(symbol, lot: usual) }
        }
        trial.network.inputArrived(at: venue)
    }

    private func endOrders(_ venue: String, _ draw: inout Draw) {
        fired(.v18)
        let mischief = double(venue).mischief
        if draw.chance(70) {
            mischief.selfTradeExpiries += Int(draw.between(1, 3))
        } else {
            mischief.cancelAllOrders(asLiquidation: draw.chance(50))
            trial.network.inputArrived(at: venue)
        }
    }

    private func lie(_ venue: String, _ draw: inout Draw) {
        fired(.v19)
        let mischief = double(venue).mischief
        switch draw.below(3) {
        case 0:
            let error: VenueMischief.WrongBalances.Error =
                draw.chance(50) ? .zero : .stale(draw.span(.seconds(1), .seconds(20)))
            mischief.wrongBalances = .init(error, answers: 1)
        case 1: mischief.hiddenOrderAnswers += Int(draw.between(1, 3))
        default:
            mischief.tradeHistoryLag = draw.span(.milliseconds(100), .seconds(6))
            later(draw.span(.seconds(1), .seconds(10))) { mischief.tradeHistoryLag = .zero }
        }
    }

    /// The first balances that a start reads are wrong.
    func lieAtStart(_ venue: String) {
        fired(.v19)
        double(venue).mischief.wrongBalances = .init(.zero, answers: 1)
        trial.network.cutConnections(to: venue, onlyPrivate: true)
    }

    /// V20: the venue forgets ids as soon as their orders have ended, which Binance always does.
    private func reuse(_ venue: String) {
        fired(.v20)
        trial.network.weather(at: venue) { $0.answerLost = max($0.answerLost, 1_500) }
    }

    private func revoke(_ venue: String, _ draw: inout Draw) {
        fired(.v21)
        let mischief = double(venue).mischief
        mischief.keyTrouble = draw.pick([.revoked, .addressNotAllowed, .tradingNotAllowed])
        trial.network.cutConnections(to: venue, onlyPrivate: true)
        later(draw.span(.milliseconds(500), .seconds(8))) { mischief.keyTrouble = nil }
    }

    private func crash(_ venue: String, _ draw: inout Draw) {
        fired(.v23)
        let percent = draw.chance(50) ? draw.between(5, 20) : -draw.between(5, 20)
        for (index, other) in trial.doubles.enumerated() {
            other.advance(to: trial.simulation.now)
            other.mischief.moveMarket(percent: percent)
            if draw.chance(30) {
                other.mischief.vanishLiquidity(for: draw.span(.milliseconds(200), .seconds(3)))
            }
            trial.network.inputArrived(at: trial.plan.venues[index])
        }
    }

    private func maintain(_ venue: String, _ draw: inout Draw) {
        // Over before the faults are.
        let left = Trial.start + trial.plan.safety - trial.simulation.now
        guard left > .seconds(1) else { return }
        fired(.v24)
        double(venue).mischief.maintain(for: min(left, draw.span(.milliseconds(500), .seconds(8))))
        trial.network.inputArrived(at: venue)
    }
}

extension Trial {
    /// Takes back whatever a venue does wrong.
    func heal(_ double: any SimulatedVenue) {
        double.advance(to: simulation.now)
        double.mischief.disarm()
        for symbol in plan.symbols { double.mischief.resume(symbol) }
        network.inputArrived(at: double.name)
    }
}
