import TradingModel
import VenueKit

/// Reads a venue file's schema.
struct VenueReading {
    private let root: Section

    init(_ root: Section) { self.root = root }

    /// From which asset the venue takes its fee.
    private enum FeeAsset: String, CaseIterable {
        /// From what the fill brings: base on a buy, quote on a sell.
        case received
        /// Always from the quote asset.
        case quote
    }

    private struct Fees {
        var taker: Rate
        var maker: Rate
        var buyInBase: Bool
    }

    private struct Orders {
        var receiveWindow: Span
        var orderWindow: Span
        var retryClass: VenueProfile.RetryClass
        var ambiguous: [String]
        var duplicate: [String]
        var refusedStatuses: [Int]
    }

    /// `nil`: problems were reported.
    func sheet() -> VenueSheet? {
        let venue = root.value("venue", .choice(SupportedVenue.allCases))
        let endpoints = endpoints()
        let book = book(of: venue)
        let fees = fees()
        let budget = budget("rate_budget")
        let queryBudget: RateBudgetRule?? =
            root.has("query_budget") ? self.budget("query_budget").map { .some($0) } : .some(nil)
        let orders = orders(of: venue)
        let connection = connection()
        let deadMan = DeadManReading(root, venue: venue).rule()
        let perpetual = perpetual(venue)
        let symbols = symbols(isPerpetual: venue?.isPerpetual ?? root.has("perpetual"))
        root.finish()
        guard let perpetual, let venue, let endpoints, let book, let fees, let budget, let queryBudget,
            let orders,
            let connection,
            let deadMan, let symbols
        else {
            return nil
        }
        let profile = VenueProfile(
            name: venue.rawValue, restOrigin: endpoints.rest, publicURL: endpoints.public,
            privateURL: endpoints.private,
            proof: book.proof, bookDepth: book.depth, receiveWindow: orders.receiveWindow,
            orderWindow: orders.orderWindow, retryClass: orders.retryClass,
            ambiguousCodes: Set(orders.ambiguous),
            duplicateCodes: Set(orders.duplicate), refusedStatuses: Set(orders.refusedStatuses),
            budget: budget, queryBudget: queryBudget, keepAliveEvery: connection.keepAlive,
            silence: connection.silence,
            deadMan: deadMan, perpetual: perpetual)
        return VenueSheet(
            profile: profile, takerFee: fees.taker, makerFee: fees.maker, buyFeeInBase: fees.buyInBase,
            symbols: symbols)
    }

    private func endpoints() -> (rest: String, public: String, private: String)? {
        guard let section = root.section("endpoints") else { return nil }
        let rest = section.value("rest", Endpoint.rest)
        let publicURL = section.value("public", Endpoint.socket)
        let privateURL = section.value("private", Endpoint.socket)
        section.finish()
        guard let rest, let publicURL, let privateURL else { return nil }
        return (rest, publicURL, privateURL)
    }

    private func book(of venue: SupportedVenue?) -> (proof: BookProof, depth: Int)? {
        guard let section = root.section("book") else { return nil }
        let proof = section.value("proof", .choice(BookProof.allCases))
        let depth = section.value("depth", .integer(1...5_000))
        section.finish()
        guard let proof, let depth else { return nil }
        if let venue, venue.proof != proof {
            section.report("\(venue.rawValue) proves its books by \(venue.proof.rawValue)", at: "proof")
            return nil
        }
        return (proof, depth)
    }

    private func fees() -> Fees? {
        guard let section = root.section("fees") else { return nil }
        let taker = section.value("taker", .rate(bps: -100...1_000))
        let maker = section.value("maker", .rate(bps: -100...1_000))
        let asset = section.value("charged_in", .choice(FeeAsset.allCases))
        section.finish()
        guard let taker, let maker, let asset else { return nil }
        return Fees(taker: taker, maker: maker, buyInBase: asset == .received)
    }

    private func budget(_ key: String) -> RateBudgetRule? {
        guard let section = root.section(key) else { return nil }
        let capacity = section.value("capacity", .integer(1...1_000_000))
        let window = section.value("window", .span(.milliseconds(100)...(.seconds(86_400))))
        let reserve = section.value("reserve", .percent(0...90))
        let limit = section.optional("limit", .integer(1...1_000_000))
        section.finish()
        guard let capacity, let window, let reserve, let limit else { return nil }
        if let limit, limit < capacity {
            section.report("must not be below capacity: the venue counts up to it", at: "limit")
            return nil
        }
        // Rounded up: a small budget keeps at least one unit for cancels and hedges.
        return RateBudgetRule(
            capacity: capacity, window: window, reserve: (capacity * reserve + 99) / 100, limit: limit)
    }

    private func orders(of venue: SupportedVenue?) -> Orders? {
        guard let section = root.section("orders") else { return nil }
        let code = SettingKind.text("an error code of the venue") { !$0.isEmpty && $0.utf8.count <= 64 }
        let window = section.value("receive_window", .span(.milliseconds(100)...(.seconds(60))))
        let least = DialectCatalog.leastOrderWindow(venue?.rawValue ?? "")
        let orderWindow = section.value(
            "order_window", .span(least...(.seconds(59))), standard: max(least, .seconds(1)))
        let retryClass = section.value("retry_class", .choice(VenueProfile.RetryClass.allCases))
        let ambiguous = section.values("ambiguous_codes", code)
        let duplicate = section.values("duplicate_codes", code)
        let refused = section.values("refused_statuses", VenueReading.status)
        section.finish()
        guard let window, let orderWindow, let retryClass, let ambiguous, let duplicate, let refused else {
            return nil
        }
        if let both = duplicate.first(where: { ambiguous.contains($0) }) {
            section.report("\(both) cannot both prove an order and prove nothing", at: "duplicate_codes")
            return nil
        }
        if retryClass == .duplicateIsProof, duplicate.isEmpty {
            section.report("retry class B needs the codes that prove a first copy", at: "duplicate_codes")
            return nil
        }
        return Orders(
            receiveWindow: window, orderWindow: orderWindow, retryClass: retryClass, ambiguous: ambiguous,
            duplicate: duplicate,
            refusedStatuses: refused.compactMap { Int($0) })
    }

    /// A server's error (5xx) never proves that an order was not taken, and a success is no error.
    private static var status: SettingKind<String> {
        .text("an HTTP status between 400 and 499") { Int($0).map { (400...499).contains($0) } ?? false }
    }

    /// `.some(nil)`: spot. `nil`: problems were reported.
    private func perpetual(_ venue: SupportedVenue?) -> PerpetualRule?? {
        guard venue?.isPerpetual ?? root.has("perpetual") else {
            guard root.has("perpetual") else { return .some(nil) }
            _ = root.section("perpetual")
            root.report("\(venue?.rawValue ?? "this venue") lists no perpetuals", at: "perpetual")
            return nil
        }
        guard let section = root.section("perpetual") else { return nil }
        let leverage = section.value("leverage", .integer(1...10))
        section.finish()
        return leverage.map { .some(PerpetualRule(leverage: $0)) }
    }

    private func connection() -> (keepAlive: Span, silence: Span)? {
        guard let section = root.section("connection") else { return nil }
        let range = Span.seconds(1)...(.seconds(600))
        let keepAlive = section.value("keep_alive", .span(range))
        let silence = section.value("silence", .span(range))
        section.finish()
        guard let keepAlive, let silence else { return nil }
        guard silence > keepAlive else {
            section.report("must be longer than keep_alive, or every quiet socket looks dead", at: "silence")
            return nil
        }
        return (keepAlive, silence)
    }

    private func symbols(isPerpetual: Bool) -> [VenueSymbol]? {
        guard let section = root.section("symbols") else { return nil }
        var symbols: [VenueSymbol] = []
        var complete = true
        for (key, origin) in section.names() {
            if case .failure(let complaint) = SettingKind.symbol.parse(key) {
                section.ledger.report("`\(section.name(key))`: \(complaint.message)", at: origin)
                complete = false
            }
            guard let inner = section.section(key),
                let symbol = VenueReading.symbol(inner, instrument: key, isPerpetual: isPerpetual)
            else {
                complete = false
                continue
            }
            if let other = symbols.first(where: { $0.symbol == symbol.symbol }) {
                inner.report(
                    "\(SettingText.shown(symbol.symbol)) already stands for \(other.instrument)", at: "symbol"
                )
                complete = false
            }
            symbols.append(symbol)
        }
        if section.names().isEmpty {
            section.ledger.report("`\(section.path)`: the venue lists no symbol", at: section.origin)
            complete = false
        }
        return complete ? symbols : nil
    }

    private static func symbol(
        _ section: Section, instrument: String, isPerpetual: Bool
    ) -> VenueSymbol? {
        let spelling = SettingKind.text("the venue's symbol in printable ASCII") {
            (1...32).contains($0.utf8.count) && $0.utf8.allSatisfy { (33...126).contains($0) }
        }
        let symbol = section.value("symbol", spelling)
        let tick = section.value("tick", .positive(upTo: 1_000_000))
        let lot = section.value("lot", .positive(upTo: 1_000_000_000))
        let minimum = section.value("minimum_quantity", .nonNegative(upTo: 1_000_000_000))
        let maximum = section.value("maximum_quantity", .positive(upTo: 1_000_000_000_000))
        let notional = section.value("minimum_notional", .nonNegative(upTo: 1_000_000))
        let contract = isPerpetual ? section.value("contract", .choice(ContractSize.allCases)) : nil
        section.finish()
        if isPerpetual, contract == nil { return nil }
        guard let symbol, let tick, let lot, let minimum, let maximum, let notional else { return nil }
        guard maximum >= max(minimum, lot) else {
            section.report("must not be below minimum_quantity and lot", at: "maximum_quantity")
            return nil
        }
        return VenueSymbol(
            instrument: instrument, symbol: symbol, tick: tick, lot: lot, minimumQuantity: minimum,
            maximumQuantity: maximum, minimumNotional: notional,
            kind: contract.map { .perpetual(contractDecimals: $0.decimals) } ?? .spot)
    }
}
