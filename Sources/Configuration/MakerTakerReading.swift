import Risk
import Strategies
import TradingModel
import VenueKit

// `strategies.maker_taker`.
extension PolicyReading {
    func makerTaker(_ items: [Setting], _ limits: RiskLimits?) -> [MakerTakerPolicy]? {
        var policies: [MakerTakerPolicy] = []
        for (index, item) in items.enumerated() {
            let path = "strategies.maker_taker[\(index)]"
            guard let section = NodeReading.group(item, path: path, root.ledger),
                let policy = makerTaker(section, limits)
            else { continue }
            if policies.contains(where: {
                $0.instrument == policy.instrument && $0.quoteVenue == policy.quoteVenue
            }) {
                section.report("this instrument is already quoted at this venue", at: "quote_venue")
            }
            policies.append(policy)
        }
        return policies.count == items.count ? policies : nil
    }

    private func makerTaker(_ section: Section, _ limits: RiskLimits?) -> MakerTakerPolicy? {
        let standard = MakerTakerPolicy(
            instrument: InstrumentID(0), quoteVenue: VenueID(0), minimumEdge: .zero, quoteNotional: .zero)
        let instrument = instrument(section)
        let venue = quoteVenue(section, instrument)
        let manifest = manifest(section, instrument, fewest: 2)
        let edge = section.value("minimum_edge", .rate(bps: 0...1_000))
        let notional = section.value("quote_notional", .positive(upTo: 1_000_000_000))
        let sides = section.value(
            "sides", .choice(MakerTakerPolicy.Sides.allCases), standard: standard.sides)
        let share = section.value("depth_share", .percent(1...100), standard: Int(standard.depthShare))
        let caution = section.value("caution", .percent(0...100), standard: Int(standard.caution))
        let tolerance = section.value("tolerance", .rate(bps: 0...500), standard: standard.tolerance)
        let life = section.value("life", .span(.milliseconds(10)...(.seconds(60))), standard: standard.life)
        let cooldown = section.value(
            "cooldown", .span(.zero...(.seconds(3_600))), standard: standard.cooldown)
        let cycles = section.value(
            "cycles_per_minute", .integer(1...10_000), standard: standard.cyclesPerMinute)
        let fees = section.optional("fees_per_hour", .positive(upTo: 1_000_000_000))
        section.finish()
        if let limits, let notional, notional > limits.orderNotional {
            section.report(
                "must not exceed limits.order_notional (\(limits.orderNotional))", at: "quote_notional")
        }
        if let venue, let venues = manifest?.venues, !venues.contains(venue) {
            section.report("is not among this strategy's venues", at: "quote_venue")
        }
        guard let manifest, let instrument, let venue, let edge, let notional, let sides, let share,
            let caution,
            let tolerance, let life, let cooldown, let cycles, let fees
        else { return nil }
        return MakerTakerPolicy(
            instrument: instrument, quoteVenue: venue, minimumEdge: edge, quoteNotional: notional,
            sides: sides, depthShare: Int64(share), caution: Int64(caution), tolerance: tolerance,
            life: life, cooldown: cooldown, cyclesPerMinute: cycles, feesPerHour: fees,
            manifest: manifest)
    }

    /// Where quotes rest they must be canceled if the node dies: only a venue with a dead-man switch will do.
    private func quoteVenue(_ section: Section, _ instrument: InstrumentID?) -> VenueID? {
        guard let name = section.value("quote_venue", .text("a venue's name", where: { !$0.isEmpty })),
            let venues, let venue = venue(name, of: instrument, among: venues, section, at: "quote_venue")
        else { return nil }
        if venues[venue.index].profile.perpetual != nil {
            section.report("\(name) lists perpetuals: those are for `basis`", at: "quote_venue")
        }
        if venues[venue.index].profile.deadMan == nil {
            section.report(
                "\(name) has no dead-man switch (`dead_man:`): quotes would outlive a node that died",
                at: "quote_venue")
        }
        return venue
    }
}
