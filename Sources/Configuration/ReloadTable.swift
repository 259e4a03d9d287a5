import Risk

/// What may change while a node runs, and which way is looser. What no row names needs a restart.
enum ReloadTable {
    enum Effect: Hashable, Sendable {
        /// Holds at once.
        case now(Looser)
        /// A run is built on it.
        case restart
    }

    /// Which way a limit gets looser. Two people must agree to that.
    enum Looser: Hashable, Sendable {
        /// It is no limit: one person changes it.
        case never
        case higher, lower
        /// By becoming this word.
        case word(String)
        /// Nobody can tell from the value: any change may be one.
        case any
    }

    struct Row: Sendable {
        /// Segments between dots, list positions apart; `*` stands for one, `**` for the rest.
        var pattern: String
        var effect: Effect

        init(_ pattern: String, _ effect: Effect) {
            self.pattern = pattern
            self.effect = effect
        }
    }

    /// The first row that fits counts.
    static let rows: [Row] = first + ruleRows + rest

    private static let first: [Row] = [
        Row("node", .restart), Row("mode", .restart), Row("data_directory", .restart),
        Row("http", .restart), Row("credentials_file", .restart), Row("store.**", .restart),
        Row("threads.**", .restart), Row("instruments.**", .restart), Row("venues.**", .restart),
        Row("paper_latency", .restart), Row("start_in", .restart),
        Row("day_end.**", .restart), Row("host.**", .restart), Row("self_check.**", .restart),
        Row("runbooks.**", .restart),
        Row("foreign_orders", .now(.never)), Row("alerts.**", .now(.never)),

        Row("limits.reduced_divisor", .now(.lower)),
        // A shorter window has seen less of a fall.
        Row("limits.window", .now(.lower)), Row("limits.**", .now(.higher)),

        Row("rules.day.**", .now(.any)), Row("rules.*.use", .now(.word("off"))),
        Row("rules.*.lock", .now(.lower)),
    ]

    private static let rest: [Row] = [
        Row("rules", .now(.any)), Row("rules.**", .now(.any)),

        Row("portfolio.value_at_risk", .now(.higher)), Row("portfolio.drawdown", .now(.higher)),
        Row("portfolio.assumed_move", .now(.lower)), Row("portfolio.warm_up", .now(.higher)),
        Row("portfolio.stress.spread_factor", .now(.lower)),
        Row("portfolio.stress.crash", .now(.lower)), Row("portfolio.stress.depeg", .now(.lower)),
        Row("portfolio.stress.venue_loss", .now(.lower)),
        Row("portfolio.stress.funding_spike", .now(.lower)), Row("portfolio.stress.*", .now(.higher)),
        Row("portfolio.**", .now(.any)),

        Row("risk_index.target", .now(.higher)), Row("risk_index.rise_per_minute", .now(.higher)),
        Row("risk_index.unknown_ceiling", .now(.higher)),
        Row("risk_index.absent_ceiling", .now(.higher)),
        Row("risk_index.night_ceiling", .now(.higher)), Row("risk_index.**", .now(.any)),

        Row("hedge.warrants", .now(.never)), Row("hedge.quote_warrants", .now(.never)),
        Row("hedge.retry_every", .now(.never)),
        Row("hedge.cooldown", .now(.lower)), Row("hedge.*", .now(.higher)),
        Row("sizing.use", .now(.word("off"))), Row("sizing.*", .now(.higher)),

        Row("strategies.*.instrument", .restart), Row("strategies.*.venues", .restart),
        Row("strategies.*.quote_venue", .restart), Row("strategies.*.perpetual", .restart),
        Row("strategies.*.cycles_per_minute", .now(.higher)),
        Row("strategies.*.fees_per_hour", .now(.higher)),
        Row("strategies.basis.position_notional", .now(.higher)),
        // Sizes and edges move within the limits.
        Row("strategies.**", .now(.never)),
    ]

    /// Figures of rules, by the bound that each is held to.
    private static let ruleRows: [Row] = RuleRegistry.rules.flatMap { rule -> [Row] in
        rule.limits.filter { !$0.key.isEmpty }.flatMap { limit -> [Row] in
            let looser = limit.bound == .atMost ? Looser.higher : .lower
            return [
                Row("rules.\(rule.key).\(limit.key)", .now(looser)),
                Row("rules.\(rule.key).at.*.\(limit.key)", .now(looser)),
            ]
        }
    }

    static func effect(of key: String) -> Effect { row(of: key)?.effect ?? .restart }

    static func row(of key: String) -> Row? {
        let segments = segments(of: key)
        return rows.first { fits($0.pattern.split(separator: "."), segments[...]) }
    }

    private static func fits(_ pattern: [Substring], _ key: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return key.isEmpty }
        if first == "**" { return !key.isEmpty }
        guard let segment = key.first, first == "*" || segment == first else { return false }
        return fits(Array(pattern.dropFirst()), key.dropFirst())
    }

    /// `strategies.taker_taker[0].cooldown` in three; positions in lists are no part of a name.
    private static func segments(of key: String) -> [String] {
        key.split(separator: ".").map { segment in String(segment.prefix { $0 != "[" }) }
    }
}
