import Strategies
import TradingModel
import VenueKit

// `owner` and `venues` of a strategy.
extension PolicyReading {
    /// Nobody answers for a strategy without an owner, and nobody has said where it may trade without venues:
    /// both are required.
    func manifest(
        _ section: Section, _ instrument: InstrumentID?, fewest: Int, perpetuals: Bool = false
    ) -> StrategyManifest? {
        let owner = section.value(
            "owner", .text("who answers for it, a name or an address", where: { !$0.isEmpty }))
        guard section.has("venues") else {
            _ = section.value("venues", .text("a list of venues, or all", where: { _ in true }))
            return nil
        }
        if section.isScalar("venues") {
            let all = section.value("venues", .text("a list of venues, or all", where: { $0 == "all" }))
            guard let owner, all != nil else { return nil }
            return StrategyManifest(owner: owner)
        }
        let names = section.values("venues", .text("a venue's name", where: { !$0.isEmpty }))
        guard let owner, let names, let venues else { return nil }
        var chosen: Set<VenueID> = []
        for name in names {
            if let venue = venue(name, of: instrument, among: venues, section, at: "venues") {
                // Nothing would bound its position there: for it both sides are one asset.
                if !perpetuals, venues[venue.index].profile.perpetual != nil {
                    section.report("\(name) lists perpetuals: those are for `basis`", at: "venues")
                }
                chosen.insert(venue)
            }
        }
        if chosen.count == names.count, chosen.count < fewest {
            section.report("names \(chosen.count) of the node's venues: it needs \(fewest)", at: "venues")
        }
        return StrategyManifest(owner: owner, venues: chosen)
    }

    /// The node's venue of that name. Reported: one that is not the node's or does not list the instrument.
    func venue(
        _ name: String, of instrument: InstrumentID?, among venues: [NodeConfiguration.Venue],
        _ section: Section, at key: String
    ) -> VenueID? {
        guard let index = venues.firstIndex(where: { $0.profile.name == name }) else {
            let hint = Suggestion.sentence(for: name, among: venues.map(\.profile.name))
            section.report("\(name) is not among this node's venues\(hint)", at: key)
            return nil
        }
        if let instrument, !venues[index].listings.contains(where: { $0.instrument.id == instrument }) {
            section.report("\(name) does not list this strategy's instrument", at: key)
        }
        return VenueID(index)
    }
}
