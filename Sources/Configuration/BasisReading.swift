import Risk
import Strategies
import TradingModel
import VenueKit

// `strategies.basis`.
extension PolicyReading {
    func basis(_ items: [Setting], _ limits: RiskLimits?) -> [TakerTakerPolicy]? {
        var policies: [TakerTakerPolicy] = []
        for (index, item) in items.enumerated() {
            let path = "strategies.basis[\(index)]"
            guard let section = NodeReading.group(item, path: path, root.ledger),
                let policy = basis(section, limits)
            else { continue }
            if policies.contains(where: {
                $0.instrument == policy.instrument && $0.basis?.perpetual == policy.basis?.perpetual
            }) {
                section.report("this perpetual already has basis settings", at: "perpetual")
            }
            policies.append(policy)
        }
        return policies.count == items.count ? policies : nil
    }

    private func basis(_ section: Section, _ limits: RiskLimits?) -> TakerTakerPolicy? {
        let standard = TakerTakerPolicy(instrument: InstrumentID(0), minimumEdge: .zero, pairNotional: .zero)
        let instrument = instrument(section)
        let perpetual = perpetual(section, instrument)
        let manifest = manifest(section, instrument, fewest: 2, perpetuals: true)
        let entry = section.value("entry", .rate(bps: -100...1_000))
        let exit = section.value("exit", .rate(bps: -1_000...1_000))
        let pair = section.value("pair_notional", .positive(upTo: 1_000_000_000))
        let position = section.value("position_notional", .positive(upTo: 10_000_000_000))
        let payments = section.value("funding_payments", .integer(0...1_000), standard: 0)
        let directions = section.value(
            "directions", .choice(BasisTerms.Directions.allCases), standard: .shortPerpetual)
        let share = section.value("depth_share", .percent(1...100), standard: Int(standard.depthShare))
        let cooldown = section.value(
            "cooldown", .span(.zero...(.seconds(3_600))), standard: standard.cooldown)
        let slippage = section.value("slippage", .rate(bps: 0...500), standard: standard.slippage)
        let cycles = section.value(
            "cycles_per_minute", .integer(1...10_000), standard: standard.cyclesPerMinute)
        let fees = section.optional("fees_per_hour", .positive(upTo: 1_000_000_000))
        section.finish()
        hold(section, limits, pair, position, entry, exit, perpetual, manifest)
        guard let manifest, let instrument, let perpetual, let entry, let exit, let pair, let position,
            let payments, let directions, let share, let cooldown, let slippage, let cycles, let fees
        else { return nil }
        return TakerTakerPolicy(
            instrument: instrument, minimumEdge: entry, pairNotional: pair, depthShare: Int64(share),
            cooldown: cooldown, slippage: slippage, cyclesPerMinute: cycles, feesPerHour: fees,
            manifest: named(manifest, perpetual),
            basis: BasisTerms(
                perpetual: perpetual, exit: exit, positionNotional: position, payments: Int64(payments),
                directions: directions))
    }

    private func hold(
        _ section: Section, _ limits: RiskLimits?, _ pair: Amount?, _ position: Amount?, _ entry: Rate?,
        _ exit: Rate?, _ perpetual: VenueID?, _ manifest: StrategyManifest?
    ) {
        if let limits, let pair, pair > limits.orderNotional {
            section.report(
                "must not exceed limits.order_notional (\(limits.orderNotional))", at: "pair_notional")
        }
        if let pair, let position, pair > position {
            section.report("must not exceed position_notional (\(position))", at: "pair_notional")
        }
        if let entry, let exit, entry.raw + exit.raw <= 0 {
            section.report("entry and exit together must be above zero: a round trip must earn", at: "exit")
        }
        if let perpetual, let chosen = manifest?.venues, !chosen.contains(perpetual) {
            section.report("is not among this strategy's venues", at: "perpetual")
        }
    }

    /// `all` means every venue of spot, and the one perpetual.
    private func named(_ manifest: StrategyManifest, _ perpetual: VenueID) -> StrategyManifest {
        guard manifest.venues == nil, let venues else { return manifest }
        let spot = venues.indices.filter { venues[$0].profile.perpetual == nil }.map { VenueID($0) }
        return StrategyManifest(owner: manifest.owner, venues: Set(spot + [perpetual]))
    }

    private func perpetual(_ section: Section, _ instrument: InstrumentID?) -> VenueID? {
        guard let name = section.value("perpetual", .text("a venue's name", where: { !$0.isEmpty })),
            let venues, let venue = venue(name, of: instrument, among: venues, section, at: "perpetual")
        else { return nil }
        if venues[venue.index].profile.perpetual == nil {
            section.report("\(name) lists no perpetuals", at: "perpetual")
            return nil
        }
        return venue
    }
}
