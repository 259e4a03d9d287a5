import Reports
import Risk
import TradingModel
import Watch

// `day_end`: when a trading day is over, and what is done then. Every key has a standard.
extension PolicyReading {
    /// `nil`: problems were reported.
    ///
    /// - Parameter alerts: whose channels reports may be sent to.
    func dayEnd(_ alerts: AlertPolicy?) -> DayEndPolicy? {
        guard let section = root.section("day_end", mayBeAbsent: true) else { return nil }
        let use = section.value("use", .choice(Toggle.allCases), standard: .on)
        let zone = section.value(
            "zone", .zone, standard: NamedZone(name: "UTC", table: ZoneTable.utc))
        let at = section.value("at", .timeOfDay, standard: .zero)
        let flatten = section.value("flatten", .choice(DayEndPolicy.Flatten.allCases), standard: .off)
        let kinds = reports(section)
        let channels = section.values("send_to", .text("a channel's name", where: { !$0.isEmpty }))
        section.finish()
        guard let use, let zone, let at, let flatten, let kinds, let channels else { return nil }
        if let alerts {
            let known = alerts.channels.map(\.name)
            for name in channels where !known.contains(name) {
                let hint = Suggestion.sentence(for: name, among: known)
                section.report("no channel is called \(name)\(hint)", at: "send_to")
            }
        }
        return DayEndPolicy(
            isOn: use == .on, clock: DayClock(zone: zone.table, reset: at), flatten: flatten,
            reports: kinds, channels: channels)
    }

    private func reports(_ section: Section) -> [ReportPeriod.Kind]? {
        let all = ReportPeriod.Kind.allCases.map(\.rawValue)
        guard section.has("reports") else {
            section.record("reports", "[" + all.joined(separator: ", ") + "]", .standard)
            return ReportPeriod.Kind.allCases
        }
        return section.values("reports", .text("day, week or month", where: { all.contains($0) })).map {
            $0.compactMap(ReportPeriod.Kind.init(rawValue:))
        }
    }

    private enum Toggle: String, CaseIterable { case on, off }
}
