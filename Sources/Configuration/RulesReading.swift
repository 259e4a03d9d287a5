import Risk
import TradingModel
import VenueKit

/// Reads `rules:`: every rule that is a choice must be stated, on or off, with all of its limits; what is not
/// a rule or not one of its keys is refused. Nothing has a default.
struct RulesReading {
    let root: Section
    let instruments: [Instrument]?
    let venues: [NodeConfiguration.Venue]?
    /// By strategy.
    let strategies: [String]

    private enum Switch: String, CaseIterable {
        case on, off
    }

    /// `nil`: problems were reported.
    func rules() -> RuleSettings? {
        guard root.has("rules") else {
            root.reportMissing(
                "rules", "state every rule, as config/limits.yaml does, or write `rules: none`")
            return nil
        }
        if root.isScalar("rules") {
            let none = root.value(
                "rules", .text("a group of rules, or none", where: { $0 == "none" }))
            return none == nil ? nil : .standard
        }
        guard let section = root.section("rules") else { return nil }
        var settings = RuleSettings()
        var isComplete = day(section, &settings)
        for rule in RuleRegistry.rules where !rule.isFixed && !rule.isElsewhere {
            if !read(rule, section, &settings) { isComplete = false }
        }
        section.finish()
        return isComplete ? settings : nil
    }

    private func day(_ section: Section, _ settings: inout RuleSettings) -> Bool {
        guard section.has("day") else {
            section.reportMissing("day", "add `day: {zone: UTC, reset: 00:00}`")
            _ = section.section("day", mayBeAbsent: true)
            return false
        }
        guard let day = section.section("day") else { return false }
        let zone = day.value("zone", .zone)
        let reset = day.value("reset", .timeOfDay)
        day.finish()
        guard let zone, let reset else { return false }
        settings.day = DayClock(zone: zone.table, reset: reset)
        return true
    }

    private func read(_ rule: RuleDeclaration, _ section: Section, _ settings: inout RuleSettings) -> Bool {
        guard section.has(rule.key) else {
            section.reportMissing(rule.key, "add `\(rule.key): {\(RulesReading.example(rule))}`")
            _ = section.section(rule.key, mayBeAbsent: true)
            return false
        }
        guard let group = section.section(rule.key) else { return false }
        var isComplete = true
        let use = group.value("use", .choice(Switch.allCases))
        if use == nil { isComplete = false }
        settings[rule.code] = use == .on
        for limit in rule.limits where !limit.key.isEmpty {
            guard group.has(limit.key) else {
                group.reportMissing(
                    limit.key, "add `\(limit.key):`, between \(SettingKind<Int128>.bounds(limit))")
                isComplete = false
                continue
            }
            guard let value = group.value(limit.key, .limit(limit)) else {
                isComplete = false
                continue
            }
            settings[limit.measure] = [value]
        }
        if rule.reaction == .lockout {
            let lock = group.value("lock", .span(.seconds(1)...(.seconds(30 * 86_400))))
            if let lock { settings.locks[rule.code.index] = lock } else { isComplete = false }
        }
        if !parameters(rule, group, use == .on, &settings) { isComplete = false }
        if !exceptions(rule, group, &settings) { isComplete = false }
        group.finish()
        return isComplete
    }

    /// How a rule is written, for whoever left it out.
    static func example(_ rule: RuleDeclaration) -> String {
        (["use: on"]
            + rule.limits.filter { !$0.key.isEmpty }.map {
                "\($0.key): \(RuleText.text($0.range.lowerBound, $0.unit))"
            }
            + (rule.reaction == .lockout ? ["lock: 5m"] : [])).joined(separator: ", ")
    }

    // MARK: What single rules have besides limits

    private func parameters(
        _ rule: RuleDeclaration, _ group: Section, _ isOn: Bool, _ settings: inout RuleSettings
    ) -> Bool {
        switch rule.code {
        case .priceSources:
            guard let band = group.value("band", .rate(bps: 1...5_000)) else { return false }
            settings.band = band
        case .orderToTrade:
            guard let sample = group.value("sample", .integer(1...1_000_000)) else { return false }
            settings.sample = sample
        case .profitLock:
            guard let arm = group.value("arm", .positive(upTo: 10_000_000_000)) else { return false }
            settings.arm = arm
        case .session:
            guard let hours = hours(group) else { return false }
            settings.hours = hours
        case .symbolBlocked:
            guard let symbols = group.values("symbols", .symbol) else { return false }
            settings.blocked = (instruments ?? []).map { symbols.contains($0.symbol) }
        case .depeg: return peg(group, isOn, &settings)
        default: break
        }
        return true
    }

    private func peg(_ group: Section, _ isOn: Bool, _ settings: inout RuleSettings) -> Bool {
        guard let symbol = group.value("symbol", .symbol) else { return false }
        settings.peg = instruments?.first { $0.symbol == symbol }?.id
        guard isOn, settings.peg == nil, instruments != nil else { return true }
        group.report(
            "\(symbol) is not among this node's instruments: nobody would know its price", at: "symbol")
        return false
    }

    private func hours(_ group: Section) -> SessionHours? {
        let zone = group.value("zone", .zone)
        let open = group.value("open", .timeOfDay)
        let close = group.value("close", .timeOfDay)
        let days = group.values(
            "days", .text("a weekday, mon to sun", where: { CivilDay.weekdays.contains($0) }))
        let holidays = group.values(
            "holidays", .text("a day like 2026-12-25", where: { CivilDay.number($0) != nil }))
        guard let zone, let open, let close, let days, let holidays else { return nil }
        return SessionHours(
            zone: zone.table, open: open, close: close,
            weekdays: CivilDay.weekdays.map { days.contains($0) },
            holidays: holidays.compactMap(CivilDay.number).sorted())
    }

    // MARK: Other limits for single places

    private func exceptions(
        _ rule: RuleDeclaration, _ group: Section, _ settings: inout RuleSettings
    ) -> Bool {
        guard group.has("at") else { return true }
        guard let places = group.section("at") else { return false }
        let names = names(rule.scope)
        var isComplete = true
        for (name, origin) in places.names() {
            guard let index = names.firstIndex(of: name) else {
                let hint = Suggestion.sentence(for: name, among: names)
                root.ledger.report(
                    "`\(places.name(name))`: this node has no such \(rule.scope.rawValue)\(hint)", at: origin)
                _ = places.section(name)
                isComplete = false
                continue
            }
            guard let place = places.section(name) else {
                isComplete = false
                continue
            }
            for limit in rule.limits where !limit.key.isEmpty && place.has(limit.key) {
                guard let value = place.value(limit.key, .limit(limit)) else {
                    isComplete = false
                    continue
                }
                var own = settings[limit.measure]
                if own.count != names.count { own = [Int128](repeating: own[0], count: names.count) }
                own[index] = value
                settings[limit.measure] = own
            }
            place.finish()
        }
        places.finish()
        return isComplete
    }

    private func names(_ scope: RuleScope) -> [String] {
        switch scope {
        case .global: []
        case .venue: (venues ?? []).map(\.profile.name)
        case .strategy: strategies
        case .symbol: (instruments ?? []).map(\.symbol)
        case .asset: (instruments ?? []).map(\.base.code)
        }
    }
}
