import Risk
import TradingModel

/// Reads `risk_index:`; every key has a standard, and the group may be absent.
extension PolicyReading {
    func riskIndex() -> RiskIndexPolicy? {
        guard let section = root.section("risk_index", mayBeAbsent: true) else { return nil }
        let standard = RiskIndexPolicy()
        let target = section.value("target", .integer(0...100), standard: standard.target)
        let rise = section.value("rise_per_minute", .integer(1...6_000), standard: standard.risePerMinute)
        let unknown = section.value("unknown_ceiling", .integer(0...100), standard: standard.unknownCeiling)
        let absent = section.value("absent_ceiling", .integer(0...100), standard: standard.absentCeiling)
        let away = section.value(
            "operator_absent_after", .orOff(.span(.seconds(60)...(.seconds(604_800)))),
            standard: .seconds(86_400))
        let canary = section.value("canary_ceiling", .integer(0...100), standard: standard.canaryCeiling)
        let ceiling = section.value("night_ceiling", .integer(0...100), standard: standard.nightCeiling)
        let from = section.optional("night_from_utc", .integer(0...23))
        let until = section.optional("night_until_utc", .integer(0...23))
        let steps = steps(section)
        section.finish()
        guard let target, let rise, let unknown, let absent, let away, let canary, let ceiling, let from,
            let until, let steps
        else { return nil }
        var night: RiskIndexPolicy.Night?
        switch (from, until) {
        case (nil, nil): break
        case (let from?, let until?): night = RiskIndexPolicy.Night(from: from, until: until)
        case (nil, _): section.report("a night needs its beginning as well", at: "night_until_utc")
        case (_, nil): section.report("a night needs its end as well", at: "night_from_utc")
        }
        return RiskIndexPolicy(
            target: target, risePerMinute: rise, unknownCeiling: unknown, absentCeiling: absent,
            absentAfter: away, canaryCeiling: canary, nightCeiling: ceiling, night: night, steps: steps)
    }

    private func steps(_ section: Section) -> [RiskIndexPolicy.Step]? {
        guard section.has("steps") else { return RiskIndexPolicy.standardSteps }
        guard let items = section.list("steps") else { return nil }
        var steps: [RiskIndexPolicy.Step] = []
        for (index, item) in items.enumerated() {
            let path = "risk_index.steps[\(index)]"
            guard let step = NodeReading.group(item, path: path, root.ledger) else { return nil }
            let from = step.value("from", .integer(0...100))
            let size = step.value("size", .percent(0...100))
            let edge = step.value("edge", .rate(bps: 0...1_000))
            let exposure = step.value("exposure", .percent(1...100))
            step.finish()
            guard let from, let size, let edge, let exposure else { return nil }
            steps.append(
                RiskIndexPolicy.Step(
                    from: from, sizeShare: Int64(size), edge: edge, exposureShare: Int64(exposure)))
        }
        if let fault = RiskIndexPolicy.fault(in: steps) {
            section.report(fault, at: "steps")
            return nil
        }
        return steps
    }
}
