import Orders
import Risk
import Testing
import TradingModel

/// A name or number that was used once is never used for something else: rows, configurations and people
/// remember it. What goes is moved to the retired ones here; what comes is added.
@Suite struct `Names are never reused` {
    static let retired: Set<String> = []

    static let rules = """
        bad-order mode too-late no-dead-man order-notional order-quantity price-collar self-match balance
        book-unproven book-stale no-reference window-collar order-filter duplicate-order symbol-blocked
        session minimum-edge price-sources order-rate venue-orders venue-cancels venue-messages
        strategy-orders strategy-cancels strategy-messages open-orders venue-open-orders logic-loop
        strategy-disabled
        reject-storm order-to-trade fees-per-hour lockout position-notional exposure-notional asset-notional
        net-notional gross-notional venue-share asset-share unhedged unknown-orders capital-partition
        daily-loss strategy-loss drawdown unrealised-profit losing-streak loss-cooldown profit-lock
        hedge-grace trade-management volatility market-chaos depeg funding-extreme spread depth venue-quality
        clock-skew heartbeat disk-low rate-budget private-stream reconciliation
        """.split { $0 == " " || $0 == "\n" }.map(String.init)

    @Test func `of rules`() {
        #expect(Denial.allCases.map(\.rawValue) == Self.rules)
        #expect(Self.retired.isDisjoint(with: Self.rules))
    }

    @Test func `every rule is declared once, and every measure belongs to one`() {
        #expect(RuleRegistry.rules.map(\.code).sorted { $0.index < $1.index } == Denial.allCases)
        let measures = RuleRegistry.rules.flatMap { $0.limits.map(\.measure) }
        #expect(measures.sorted { $0.rawValue < $1.rawValue } == Measure.allCases)
        for rule in RuleRegistry.rules {
            #expect(!rule.meaning.isEmpty)
            #expect(rule.limits.allSatisfy { $0.scope == rule.scope })
            let keys = rule.limits.map(\.key).filter { !$0.isEmpty }
            #expect(Set(keys).count == keys.count, "\(rule.code)")
        }
    }

    @Test func `what binds hedges is judged first, and is the few rules that must`() {
        let hard = Measure.allCases.filter { RuleRegistry.byMeasure[$0.rawValue].limit.isHard }
        #expect(hard == Array(Measure.allCases.prefix(hard.count)))
        #expect(
            hard == [
                .badOrder, .modeForAll, .lateness, .unguarded, .orderNotional, .orderQuantity, .collar,
                .selfMatch, .shortfall,
            ])
    }

    @Test(arguments: [
        RuleFact.switched(
            rule: "spread", isOn: false, reason: "why", actor: "ann", at: Moment(nanoseconds: 5)),
        .locked(
            rule: "reject-storm", scope: "venue", name: "okx", until: Moment(nanoseconds: 9), reason: "r",
            at: Moment(nanoseconds: 4)),
        .highest(profit: Amount(raw: Int128(1) << 90), day: -3, at: Moment(nanoseconds: 1)),
        .throttled(strategy: "s", conduct: 3, market: 8, why: "w", at: Moment(nanoseconds: 2)),
    ])
    func `of kinds of rows: 22 is a rule's fact, read as it was written and unknown before version 4`(
        fact: RuleFact
    ) throws {
        let names = RowNames(venue: { _ in nil }, instrument: { _ in nil })
        var bytes = OutboxRecord.rule(fact).encoded()
        #expect(bytes[1] == 22)
        #expect(try OutboxRecord(bytes, names: names) == .rule(fact))
        bytes[0] = 3
        #expect(throws: OutboxRecord.Fault.malformed("unknown kind 22")) {
            try OutboxRecord(bytes, names: names)
        }
        for count in 2..<bytes.count {
            #expect(throws: OutboxRecord.Fault.self) {
                try OutboxRecord(Array(OutboxRecord.rule(fact).encoded().prefix(count)), names: names)
            }
        }
    }

    @Test func `of kinds of rows: 30 is an entry of a runbook's run, unknown before version 4`() throws {
        let names = RowNames(venue: { _ in nil }, instrument: { _ in nil })
        let row = RunbookRow(
            run: 7, index: 300, runbook: "rb", target: "node", plan: "ab", parent: 3, parentStep: 900,
            line: "begins\t5\t1", at: Moment(nanoseconds: 5))
        var bytes = OutboxRecord.runbook(row).encoded()
        #expect(bytes[1] == 30)
        #expect(try OutboxRecord(bytes, names: names) == .runbook(row))
        bytes[0] = 3
        #expect(throws: OutboxRecord.Fault.malformed("unknown kind 30")) {
            try OutboxRecord(bytes, names: names)
        }
        for count in 2..<bytes.count {
            #expect(throws: OutboxRecord.Fault.self) {
                try OutboxRecord(Array(OutboxRecord.runbook(row).encoded().prefix(count)), names: names)
            }
        }
    }

    @Test func `of kinds of rows: 32 is a correction by people, unknown before version 4`() throws {
        let names = RowNames(venue: { _ in nil }, instrument: { _ in nil })
        let row = OutboxRecord.corrected(
            venue: "", what: "incident 3 resolved", reason: "fixed", actor: "ann", at: Moment(nanoseconds: 8))
        let bytes = row.encoded()
        #expect(bytes[1] == 32)
        #expect(try OutboxRecord(bytes, names: names) == row)
        #expect(throws: OutboxRecord.Fault.malformed("unknown kind 32")) {
            try OutboxRecord([3] + bytes.dropFirst(), names: names)
        }
    }

    @Test func `of kinds of rows: 31 is what became of a case, unknown before version 4`() throws {
        let names = RowNames(venue: { _ in nil }, instrument: { _ in nil })
        let row = IncidentRow(
            number: 300, code: "HEDGE_FAILURE", venue: "okx", subject: "", severity: .pageNow, state: 2,
            count: 70_000, firstAt: Moment(nanoseconds: 5), lastAt: Moment(nanoseconds: 6),
            waitsSince: Moment(nanoseconds: 7), detail: "0.5 owed", at: Moment(nanoseconds: 8))
        let bytes = OutboxRecord.incident(row).encoded()
        #expect(bytes[1] == 31)
        #expect(try OutboxRecord(bytes, names: names) == .incident(row))
        #expect(throws: OutboxRecord.Fault.malformed("unknown kind 31")) {
            try OutboxRecord([3] + bytes.dropFirst(), names: names)
        }
        for count in 2..<bytes.count {
            #expect(throws: OutboxRecord.Fault.self) {
                try OutboxRecord(Array(bytes.prefix(count)), names: names)
            }
        }
    }
}
