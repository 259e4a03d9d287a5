import Engine
import Orders
import Ports
import Reports
import Risk
import TradingModel
import VenueKit
import Watch

/// Reads a node's file, its venues' files, and holds them against each other.
struct NodeReading {
    private let file: String
    private let source: any ConfigurationSource
    private let ledger: SettingLedger
    private var files: ConfigurationFiles

    init(file: String, source: some ConfigurationSource, ledger: SettingLedger) {
        self.file = file
        self.source = source
        self.ledger = ledger
        files = ConfigurationFiles(source: source)
    }

    /// What is wrong with the files themselves, values apart.
    var fileProblems: [ConfigurationProblem] { files.problems }

    private struct Place {
        var node: Int
        var mode: NodeConfiguration.Mode
        var dataDirectory: String
        var store: NodeConfiguration.Store
        var http: HTTPAddress?
        var credentialsFile: String?
        var foreignOrders: ForeignOrderPolicy
        var paperLatency: Span
        var startMode: OperatingMode
        var threads: ThreadPlan
        var host: HostPolicy
        var selfCheck: SelfCheckPolicy
    }

    /// `nil`: problems were reported.
    mutating func configuration() -> NodeConfiguration? {
        guard let tree = files.read(file), case .mapping(let entries) = tree.content else { return nil }
        let root = Section(
            path: "", origin: Origin(file: file, line: 1, column: 1), entries: entries, ledger: ledger)
        let place = NodeReading.place(root)
        let instruments = NodeReading.instruments(root)
        let venues = venues(root, instruments: instruments)
        let policies = PolicyReading(root: root, instruments: instruments, venues: venues)
        let limits = policies.limits()
        let hedge = policies.hedge()
        let strategies = policies.strategies(limits)
        let sizing = policies.sizing()
        let portfolio = policies.portfolio()
        let riskIndex = policies.riskIndex()
        let alerts = AlertsReading(root).policy()
        let dayEnd = policies.dayEnd(alerts)
        let runbooks = RunbookPolicyReading(root).policy()
        let names = NodeReading.names(strategies, instruments, venues)
        let rules = RulesReading(root: root, instruments: instruments, venues: venues, strategies: names)
            .rules()
        root.finish()
        guard let place, let instruments, let venues, var limits, let hedge, let strategies, let sizing,
            let portfolio, let riskIndex, let alerts, let dayEnd, let runbooks, let rules
        else { return nil }
        limits.rules = rules
        var policy = EnginePolicy(
            instruments: instruments,
            venues: venues.map { venue in
                VenuePolicy(
                    name: venue.profile.name, proof: venue.profile.proof, bookDepth: venue.profile.bookDepth,
                    listings: venue.listings,
                    margin: venue.profile.perpetual.map { MarginRule(leverage: Int64($0.leverage)) },
                    amends: DialectCatalog.amends(venue.profile.name),
                    questionsAreDear: venue.profile.queryBudget != nil,
                    absenceAfter: max(venue.profile.orderWindow + .seconds(1), FateInquiry.catchingUp))
            },
            limits: limits, hedge: hedge, takerTaker: strategies.takerTaker,
            makerTaker: strategies.makerTaker, node: UInt16(place.node),
            foreignOrders: place.foreignOrders, sizing: sizing, riskIndex: riskIndex)
        policy.portfolio = portfolio
        var configuration = NodeConfiguration(
            file: file, mode: place.mode, dataDirectory: place.dataDirectory, store: place.store,
            http: place.http, credentialsFile: place.credentialsFile, venues: venues, policy: policy,
            paperLatency: place.paperLatency, startMode: place.startMode, alerts: alerts,
            dayEnd: dayEnd, threads: place.threads, host: place.host, selfCheck: place.selfCheck,
            document: ConfigurationDocument(file: file, values: ledger.values))
        configuration.runbooks = runbooks
        return configuration
    }

    /// By strategy, as far as they could be read.
    private static func names(
        _ strategies: PolicyReading.Strategies?, _ instruments: [Instrument]?,
        _ venues: [NodeConfiguration.Venue]?
    ) -> [String] {
        guard let strategies, let instruments, let venues else { return [] }
        return EnginePolicy.names(
            takerTaker: strategies.takerTaker, makerTaker: strategies.makerTaker, instruments: instruments,
            venues: venues.map(\.profile.name))
    }

    // MARK: The node itself

    private static func place(_ root: Section) -> Place? {
        let node = root.value("node", .integer(0...Int(UInt16.max)))
        let mode = root.value("mode", .choice(NodeConfiguration.Mode.allCases), standard: .dryRun)
        let data = root.value("data_directory", .path(from: root.place("data_directory")))
        let http = root.value("http", httpKind, standard: .some(HTTPAddress(host: "127.0.0.1", port: 8_180)))
        let credentials = root.optional("credentials_file", .path(from: root.place("credentials_file")))
        let store = store(root)
        let foreign = root.value(
            "foreign_orders", .choice(ForeignOrderPolicy.allCases), standard: .leave)
        let paper = root.value(
            "paper_latency", .span(.zero...(.milliseconds(500))), standard: NodeConfiguration.paperLatency)
        let start = root.value("start_in", .choice(NodeConfiguration.Start.allCases), standard: .normal)
        let threads = threads(root)
        let host = host(root)
        let selfCheck = selfCheck(root)
        guard let node, let mode, let data, let http, let credentials, let store, let foreign, let paper,
            let start, let threads, let host, let selfCheck
        else { return nil }
        return Place(
            node: node, mode: mode, dataDirectory: data, store: store, http: http,
            credentialsFile: credentials, foreignOrders: foreign, paperLatency: paper,
            startMode: start.mode, threads: threads, host: host, selfCheck: selfCheck)
    }

    private static func store(_ root: Section) -> NodeConfiguration.Store? {
        guard let section = root.section("store", mayBeAbsent: true) else { return nil }
        let lowWater = section.value("low_water", .bytes(8 << 20...1 << 40), standard: 512 << 20)
        let ballast = section.value("ballast", .bytes(0...1 << 40), standard: 128 << 20)
        let tape = section.value("tape", .bytes(0...1 << 44), standard: 4 << 30)
        section.finish()
        guard let lowWater, let ballast, let tape else { return nil }
        return NodeConfiguration.Store(lowWater: lowWater, ballast: ballast, tape: tape)
    }

    /// `host:port`, or `off` for none.
    private static var httpKind: SettingKind<HTTPAddress?> {
        SettingKind(
            parse: { text in
                if text == "off" { return .success(nil) }
                guard let address = HTTPAddress(text) else {
                    let found = SettingText.shown(text)
                    return .failure(
                        Complaint("expected an address like 127.0.0.1:8180, or off, found \(found)"))
                }
                return .success(address)
            }, text: { $0?.description ?? "off" })
    }

    private static func instruments(_ root: Section) -> [Instrument]? {
        guard let items = root.list("instruments") else { return nil }
        var instruments: [Instrument] = []
        var complete = true
        for (index, item) in items.enumerated() {
            guard let section = NodeReading.group(item, path: "instruments[\(index)]", root.ledger) else {
                complete = false
                continue
            }
            let symbol = section.value("symbol", .symbol)
            let priceScale = section.value("price_scale", .integer(0...12))
            let quantityScale = section.value("quantity_scale", .integer(0...12))
            section.finish()
            guard let symbol, let halves = InstrumentName.halves(symbol), let priceScale, let quantityScale
            else {
                complete = false
                continue
            }
            if priceScale + quantityScale > Amount.scale {
                section.report(
                    "price_scale + quantity_scale must not exceed \(Amount.scale)", at: "quantity_scale")
                complete = false
            } else if instruments.contains(where: { $0.symbol == symbol }) {
                section.report("\(symbol) is configured twice", at: "symbol")
                complete = false
            } else {
                instruments.append(
                    Instrument(
                        id: InstrumentID(instruments.count), base: halves.base, quote: halves.quote,
                        priceScale: priceScale, quantityScale: quantityScale))
            }
        }
        return complete ? instruments : nil
    }

    static func group(_ item: Setting, path: String, _ ledger: SettingLedger) -> Section? {
        guard case .mapping(let entries) = item.content else {
            if case .unusable = item.content { return nil }
            ledger.report("`\(path)`: expected a group of keys, found \(item.kindName)", at: item.origin)
            return nil
        }
        return Section(path: path, origin: item.origin, entries: entries, ledger: ledger)
    }

    // MARK: Venues

    private mutating func venues(_ root: Section, instruments: [Instrument]?) -> [NodeConfiguration.Venue]? {
        guard let items = root.list("venues") else { return nil }
        guard items.count <= 64 else {
            root.report("at most 64 venues", at: "venues")
            return nil
        }
        var venues: [NodeConfiguration.Venue] = []
        var complete = true
        for (index, item) in items.enumerated() {
            guard let venue = venue(item, index: index, instruments: instruments) else {
                complete = false
                continue
            }
            if venues.contains(where: { $0.profile.name == venue.profile.name }) {
                ledger.report(
                    "`venues[\(index)]`: \(venue.profile.name) is configured twice", at: item.origin)
                complete = false
            }
            venues.append(venue)
        }
        return complete ? venues : nil
    }

    private mutating func venue(_ item: Setting, index: Int, instruments: [Instrument]?) -> NodeConfiguration
        .Venue?
    {
        let path = "venues[\(index)]"
        guard let reference = reference(item, path: path) else { return nil }
        guard let tree = files.read(reference.use, askedAt: reference.useOrigin) else { return nil }
        ledger.reportsMissing = files.isComplete
        let merged = files.overriding(tree, with: reference.overrides)
        guard case .mapping(let entries) = merged.content else { return nil }
        let name = merged["venue"].flatMap { entry -> String? in
            if case .scalar(let text, _) = entry.value.content { return text }
            return nil
        }
        let origin = Origin(file: reference.use, line: 1, column: 1)
        let section = Section(
            path: "venues." + (name ?? "?"), origin: origin, entries: entries, ledger: ledger)
        guard let sheet = VenueReading(section).sheet(), let instruments else { return nil }
        guard let listings = listings(sheet, instruments, index: index, section: section, item: item) else {
            return nil
        }
        return NodeConfiguration.Venue(
            profile: sheet.profile, listings: listings, caFile: reference.caFile,
            credentials: CredentialNames(venue: sheet.profile.name))
    }

    private struct Reference {
        var use: String
        var useOrigin: Origin
        var caFile: String?
        var overrides: Setting
    }

    /// An item of `venues:`: the path of a venue file, or a group with `use`, `ca` and what this node
    /// overrides.
    private func reference(_ item: Setting, path: String) -> Reference? {
        if case .scalar(let use, _) = item.content, !item.isNothing, !use.isEmpty {
            let nothing = Setting(content: .mapping([]), origin: item.origin)
            let use = ConfigurationPath.resolve(use, from: item.origin.file)
            return Reference(use: use, useOrigin: item.origin, caFile: nil, overrides: nothing)
        }
        guard let section = NodeReading.group(item, path: path, ledger),
            case .mapping(let entries) = item.content
        else {
            return nil
        }
        let use = section.value("use", .path(from: section.place("use")))
        let caFile = section.optional("ca", .path(from: section.place("ca")))
        // Facts about the venue's language stay in its own file.
        let mayOverride = [
            "endpoints", "fees", "rate_budget", "query_budget", "dead_man", "perpetual", "symbols",
        ]
        for key in mayOverride where item[key] != nil { _ = section.section(key) }
        let known = ["use", "ca"] + mayOverride
        for entry in entries where !known.contains(entry.key) {
            let hint = Suggestion.sentence(for: entry.key, among: known)
            let rest = hint.isEmpty ? ": a node may set \(known.joined(separator: ", "))" : hint
            ledger.report("unknown key `\(section.name(entry.key))`\(rest)", at: entry.keyOrigin)
        }
        guard let use, let caFile else { return nil }
        if let caFile, !source.exists(caFile) {
            section.report("no such file: \(caFile)", at: "ca")
        }
        let overrides = entries.filter { mayOverride.contains($0.key) }
        return Reference(
            use: use, useOrigin: section.place("use"), caFile: caFile,
            overrides: Setting(content: .mapping(overrides), origin: item.origin))
    }

    private func listings(
        _ sheet: VenueSheet, _ instruments: [Instrument], index: Int, section: Section, item: Setting
    ) -> [Listing]? {
        var listings: [Listing] = []
        var complete = true
        for instrument in instruments {
            guard let symbol = sheet.symbols.first(where: { $0.instrument == instrument.symbol }) else {
                continue
            }
            switch symbol.listing(of: instrument, venue: VenueID(index), fees: sheet) {
            case .success(let listing): listings.append(listing)
            case .failure(let misfit):
                let inner = section.section("symbols")?.section(instrument.symbol)
                inner?.report(misfit.complaint.message, at: misfit.key)
                complete = false
            }
        }
        let bases = listings.map(\.instrument.base)
        if sheet.profile.perpetual != nil, Set(bases).count < bases.count {
            ledger.report(
                "`venues[\(index)]`: \(sheet.profile.name) would hold two perpetuals of one asset, whose "
                    + "positions could not be told apart", at: item.origin)
            complete = false
        }
        if complete, listings.isEmpty {
            ledger.report(
                "`venues[\(index)]`: \(sheet.profile.name) lists none of this node's instruments",
                at: item.origin)
            complete = false
        }
        return complete ? listings : nil
    }
}
