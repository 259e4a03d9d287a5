import Control
import Engine
import Node
import Risk
import TradingModel

extension LimitsAnswer {
    static func gather(_ desk: isolated TradingDesk) -> LimitsAnswer {
        let now = desk.now
        var answer = LimitsAnswer()
        answer.atNs = now.nanoseconds
        answer.mode = desk.inspect { $0.mode.name }
        answer.limits = desk.inspect { $0.ruleStandings(at: now) }.map(Limit.init)
        return answer
    }
}

extension LimitsAnswer.Limit {
    init(_ standing: RuleStanding) {
        self.init()
        rule = standing.rule.code.rawValue
        family = standing.rule.family.rawValue
        isOn = standing.isOn
        scope = standing.limit.scope.rawValue
        place = standing.place
        figure = standing.limit.key
        unit = standing.limit.unit.rawValue
        bound = standing.limit.bound.rawValue
        func text(_ value: Int128) -> String {
            RuleText.text(value, standing.limit.unit, standing.instrument)
        }
        limit = text(standing.bound)
        value = standing.value == Measured.notApplicable ? nil : text(standing.value)
        headroom = standing.headroom.map(text)
    }
}

extension RulesAnswer {
    static func gather(_ desk: isolated TradingDesk) -> RulesAnswer {
        let now = desk.now
        var answer = RulesAnswer()
        answer.atNs = now.nanoseconds
        desk.inspect { engine in
            answer.rules = RuleRegistry.rules.map { Rule($0, engine) }
            answer.lockouts = engine.ruleMemory.lockouts.list.filter { $0.until > now }.map(Lockout.init)
        }
        return answer
    }
}

extension RulesAnswer.Rule {
    init(_ declaration: RuleDeclaration, _ engine: TradingEngine) {
        self.init()
        let index = declaration.code.index
        rule = declaration.code.rawValue
        family = declaration.family.rawValue
        scope = declaration.scope.rawValue
        reaction = declaration.reaction.name
        keeps = declaration.memory.rawValue
        meaning = declaration.meaning
        isOn = engine.governor.limits.rules[declaration.code]
        isFixed = declaration.isFixed
        denials = engine.governor.denials[index]
        last = engine.governor.rulings[index].map { ruling in
            let places = engine.places(of: declaration.scope)
            let place = ruling.place < places ? engine.name(of: ruling.place, in: declaration.scope) : ""
            let instrument = declaration.scope == .symbol ? engine.policy.instruments[ruling.place] : nil
            return ruling.text(instrument) + (place.isEmpty ? "" : " (\(place))")
        }
        switchedBy = engine.switchedRules[declaration.code].map { "\($0.actor): \($0.reason)" }
    }
}

extension RulesAnswer.Lockout {
    init(_ lockout: Risk.Lockout) {
        self.init()
        rule = lockout.rule.rawValue
        scope = lockout.scope.rawValue
        place = lockout.name
        untilNs = lockout.until.nanoseconds
        reason = lockout.reason
    }
}

extension RuleChangeAnswer {
    static func change(
        _ desk: isolated TradingDesk, _ name: String, _ isOn: Bool, _ reason: String, _ actor: String
    ) throws(ControlFault) -> RuleChangeAnswer {
        guard let code = Denial(rawValue: name) else {
            throw ControlFault(
                .badArguments, "there is no such rule", remedy: "arbctl rules lists them by name")
        }
        let before = State(desk, code)
        guard before.isOn != isOn else {
            throw ControlFault(
                .conflict, "\(name) is \(isOn ? "on" : "off") already", remedy: "arbctl rules shows each")
        }
        guard isOn || !RuleRegistry.byCode[code.index].isFixed else {
            throw ControlFault(
                .conflict, "\(name) is no choice: nobody switches it off",
                remedy: "arbctl rules says which rules are fixed")
        }
        desk.setRule(name, isOn: isOn, reason: reason, actor: actor)
        var answer = RuleChangeAnswer()
        answer.rule = name
        answer.actor = actor
        answer.reason = reason
        answer.atNs = desk.now.nanoseconds
        answer.before = before
        answer.after = State(desk, code)
        return answer
    }
}

extension RuleChangeAnswer.State {
    init(_ desk: isolated TradingDesk, _ code: Denial) {
        self.init()
        isOn = desk.inspect { $0.governor.limits.rules[code] }
        lockouts = desk.inspect { $0.ruleMemory.lockouts.list.count { $0.rule == code } }
    }
}
