import Configuration
import Testing

/// One planted fault: text replaced in one file, and the place where it must be found. The place is where `^`
/// stands in the new text (the mark is removed), or else where `anchor` stands in the changed file.
struct Fault: CustomTestStringConvertible, Sendable {
    var file: String
    var old: String
    var new: String
    var anchor: String?
    var says: String
    /// How many problems it causes: a mistyped key is unknown, and the one that was meant is missing.
    var count = 1

    var testDescription: String { "\(file): \(old) → \(new)" }

    private var original: String { SampleNode.source.files[file] ?? "" }

    /// The changed text without the mark, and where the problem must be.
    func planted() -> (text: String, place: Origin)? {
        guard let range = original.firstRange(of: old) else { return nil }
        let marked = original[..<range.lowerBound] + new + original[range.upperBound...]
        let text = String(marked.filter { $0 != "^" })
        let before: Substring
        if let anchor {
            guard let found = text.firstRange(of: anchor) else { return nil }
            before = text[..<found.lowerBound]
        } else {
            guard let mark = marked.firstIndex(of: "^") else { return nil }
            before = marked[..<mark]
        }
        let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
        let column = 1 + (lines.last?.unicodeScalars.count ?? 0)
        return (text, Origin(file: file, line: lines.count, column: column))
    }
}

private func node(
    _ old: String, _ new: String, _ says: String, at anchor: String? = nil, count: Int = 1
) -> Fault {
    Fault(file: "config/node.yaml", old: old, new: new, anchor: anchor, says: says, count: count)
}

private func limits(_ old: String, _ new: String, _ says: String, at anchor: String? = nil) -> Fault {
    Fault(file: "config/limits.yaml", old: old, new: new, anchor: anchor, says: says)
}

private func okx(
    _ old: String, _ new: String, _ says: String, at anchor: String? = nil, count: Int = 1
) -> Fault {
    Fault(file: "venues/okx.yaml", old: old, new: new, anchor: anchor, says: says, count: count)
}

@Suite struct RefusalTests {
    @Test func `the sample that the faults are planted in is valid`() {
        #expect(SampleNode.source.load().problems == [])
    }

    static let nodeFaults: [Fault] = [
        node("node: 7\n", "", "`node` is missing", at: "include"),
        node("node: 7", "node: ^-1", "between 0 and 65535"),
        node("node: 7", "node: ^65536", "between 0 and 65535"),
        node("node: 7", "node: ^99999999999999999999", "too large"),
        node("node: 7", "node: ^7.0", "whole number"),
        node("node: 7", "node: ^seven", "whole number"),
        node("node: 7", "node: ^007", "leading zeros"),
        node("node: 7", "node: ^0x7", "whole number"),
        node("node: 7", "node: ^[7]", "found a list"),
        node("node: 7", "node: ^~", "found nothing"),
        node("mode: dry-run", "mode: ^dry_run", "did you mean `dry-run`"),
        node("mode: dry-run", "mode: ^true", "expected one of dry-run, live"),
        node("mode: dry-run", "mode: dry-run\nstart_in: ^killed", "expected one of normal"),
        node("mode: dry-run", "mode: dry-run\nrisk_index: {target: ^101}", "between 0 and 100"),
        node("mode: dry-run", "mode: dry-run\nrisk_index: {rise_per_minute: ^0}", "between 1 and 6000"),
        node("mode: dry-run", "mode: dry-run\nrisk_index: {night_from_utc: ^24}", "between 0 and 23"),
        node("mode: dry-run", "mode: dry-run\nrisk_index: {^targt: 5}", "did you mean `target`"),
        node("data_directory: ../data\n", "", "`data_directory` is missing", at: "include"),
        node("data_directory: ../data", "data_directory: ^~/data", "${HOME}"),
        node("data_directory: ../data", "data_directory: ^\"\"", "expected a path"),
        node("data_directory: ../data", "data_directory: ^${NOWHERE}/x", "NOWHERE is not set"),
        node(
            "data_directory: ../data", "data_directory: ^${NO WHERE}",
            "not the name of an environment variable"),
        node("data_directory: ../data", "data_directory: ^\"${OPEN\"", "without its `}`"),
        node("data_directory: ../data", "data_directory: ^${OKX_SECRET}", "secrets do not belong"),
        node("http: 127.0.0.1:8180", "http: ^127.0.0.1", "127.0.0.1:8180, or off"),
        node("http: 127.0.0.1:8180", "http: ^127.0.0.1:65536", "127.0.0.1:8180, or off"),
        node("http: 127.0.0.1:8180", "http: ^127.0.0.1:-1", "127.0.0.1:8180, or off"),
        node("http: 127.0.0.1:8180", "^htpp: 127.0.0.1:8180", "did you mean `http`"),
        node("http: 127.0.0.1:8180", "http: off\n^node: 8", "duplicate key `node`: first set in line 2"),
        node("http: 127.0.0.1:8180", "^api_key: abc", "ARBNODE_<VENUE>_API_KEY"),
        node("http: 127.0.0.1:8180", "^okxPassphrase: abc", "secrets do not belong"),
        node("http: 127.0.0.1:8180", "? ^[a, b]\n: 1", "a key must be a single word"),
        node("http: 127.0.0.1:8180", "http: ^*none", "not valid YAML"),
        node("  - symbol: BTC-USDT", "  - symbol: ^btc-usdt", "capitals"),
        node("  - symbol: BTC-USDT", "  - symbol: ^BTC-BTC", "BASE-QUOTE"),
        node("  - symbol: BTC-USDT", "  - symbol: ^BTC-USDT-SWAP", "BASE-QUOTE"),
        node("price_scale: 2", "price_scale: ^13", "between 0 and 12"),
        node("price_scale: 2", "price_scale: ^-2", "between 0 and 12"),
        node("    price_scale: 2\n", "", "`instruments[0].price_scale` is missing", at: "symbol: BTC-USDT"),
        node("price_scale: 2", "price_scale: ^NaN", "whole number"),
        node(
            "price_scale: 2", "pricescale: 2", "`instruments[0].price_scale` is missing",
            at: "symbol: BTC-USDT", count: 2),
        node(
            "  - use: ../venues/okx.yaml", "  - use: ^../venues/ftx.yaml",
            "cannot read `venues/ftx.yaml`: no such file"),
        node("  - use: ../venues/okx.yaml", "  - ^7: x", "unknown key `venues[0].7`", count: 2),
        node(
            "  - use: ../venues/okx.yaml", "  - use: ../venues/kraken.yaml", "kraken is configured twice",
            at: "use: ../venues/kraken.yaml\n    ca"),
        node("ca: test-ca.pem", "ca: ^other-ca.pem", "no such file: config/other-ca.pem"),
        node("ca: test-ca.pem", "^book: {proof: checksum, depth: 10}", "a node may set use, ca, endpoints"),
        node(
            "ca: test-ca.pem", "dead_man: {refresh: ^31s}", "must be at most half of window"),
        node("ca: test-ca.pem", "^endpoint: x", "did you mean `endpoints`"),
        node("rest: https://localhost:9443", "rest: ^http://localhost:9443", "https://host[:port]"),
        node("rest: https://localhost:9443", "rest: ^https://me:pw@localhost", "https://host[:port]"),
        node("rest: https://localhost:9443", "rest: ^https://localhost:9443/path", "https://host[:port]"),
        node("rest: https://localhost:9443", "^ret: https://localhost:9443", "did you mean `rest`"),
        node("instrument: BTC-USDT", "instrument: ^BTC-USDC", "did you mean `BTC-USDT`"),
        node(
            "pair_notional: 5000", "pair_notional: ^25000.01", "must not exceed limits.order_notional (25000)"
        ),
        node("pair_notional: 5000", "pair_notional: ^0", "must be between"),
        node("pair_notional: 5000", "pair_notional: ^.nan", "plain digits"),
        node("pair_notional: 5000", "pair_notional: ^1e3", "plain digits"),
        node("pair_notional: 5000", "pair_notional: ^5_000", "plain digits"),
        node("minimum_edge: 2.5bps", "minimum_edge: ^2.5", "basis points"),
        node("minimum_edge: 2.5bps", "minimum_edge: ^-2.5bps", "between 0bps and 1000bps"),
        node("minimum_edge: 2.5bps", "minimum_edge: ^0.00001bps", "finer than 0.0001bps"),
        node("minimum_edge: 2.5bps", "minimum_edge: ^2.5 bps", "basis points"),
        node("depth_share: 80%", "depth_share: ^0%", "between 1% and 100%"),
        node("depth_share: 80%", "depth_share: ^80", "whole percentage"),
        node("depth_share: 80%", "depth_share: ^101%", "between 1% and 100%"),
        node("cooldown: 200ms", "cooldown: ^200", "has no unit"),
        node("cooldown: 200ms", "cooldown: ^2w", "a duration with a unit"),
        node("cooldown: 200ms", "cooldown: ^-1ms", "between 0s and 1h"),
        node("slippage: 2bps", "slippage: ^501bps", "between 0bps and 500bps"),
        node("slippage: 2bps", "^slipage: 2bps", "did you mean `slippage`"),
        node("deadline: 120ms", "deadline: ^4ms", "between 5ms and 1m"),
        node("deadline: 120ms", "deadline: ^0.1ns", "finer than a nanosecond"),
        node("deadline: 120ms", "deadline: ^999999999999d", "too long a time"),
        node("deadline: 120ms", "deadline: ^NaNms", "a duration with a unit"),
        node("reprice_bound: 20bps", "reprice_bound: ^0bps", "between 1bps and 2000bps"),
        node("unwind_bound: 100bps", "unwind_bound: ^2001bps", "between 1bps and 2000bps"),
        node("retry_every: 500ms", "retry_every: ^61s", "between 10ms and 1m"),
        node("other_venue_bound: 50bps", "other_venue_bound: ^50%", "basis points"),
        node("strategies:\n", "strategies:\n  ^maker_takr: []\n", "did you mean `maker_taker`"),
        node("      owner: ann\n", "", "[0].owner` is missing", at: "instrument: BTC-USDT\n      venues"),
        node("      venues: all\n", "", "[0].venues` is missing", at: "instrument: BTC-USDT\n      owner"),
        node("venues: all", "venues: ^[okx, krakn]", "did you mean `kraken`"),
        node("venues: all", "venues: ^[okx]", "names 1 of the node's venues: it needs 2"),
        node("venues: all", "venues: ^some", "a list of venues, or all"),
        quoting("quote_venue: okx", "quote_venue: ^okex", "did you mean `okx`"),
        quoting("quote_venue: okx", "quote_venue: ^kraken", "has no dead-man switch"),
        quoting("instrument: BTC-USDT", "instrument: ^BTC-USD", "not among this node's instruments"),
        quoting("quote_notional: 1000", "quote_notional: ^25001", "limits.order_notional (25000)"),
        quoting("sides: bids", "sides: ^left", "both, bids, asks"),
        quoting("caution: 10%", "caution: ^101%", "between 0% and 100%"),
        quoting("life: 1s", "life: ^9ms", "between 10ms and 1m"),
        node(
            "include: limits.yaml", "include: ^node.yaml",
            "include cycle: config/node.yaml → config/node.yaml"),
        node(
            "include: limits.yaml", "include: [limits.yaml, ^absent.yaml]", "cannot read `config/absent.yaml`"
        ),
        node("include: limits.yaml", "include: [limits.yaml, ^{}]", "path of a file to include"),
    ]

    /// A maker-taker strategy beside the sample's, one of its lines changed.
    private static func quoting(_ line: String, _ changed: String, _ message: String) -> Fault {
        let lines = [
            "instrument: BTC-USDT", "owner: ann", "venues: all", "quote_venue: okx", "minimum_edge: 3bps",
            "quote_notional: 1000",
            "sides: bids", "caution: 10%", "life: 1s",
        ].map { $0 == line ? changed : $0 }
        let item = "  maker_taker:\n    - " + lines.joined(separator: "\n      ") + "\n"
        return node("strategies:\n", "strategies:\n" + item, message)
    }

    static let limitFaults: [Fault] = [
        limits("  order_notional: 25000\n", "", "`limits.order_notional` is missing", at: "limits:"),
        limits("order_notional: 25000", "order_notional: ^-25000", "must be between"),
        limits("order_notional: 25000", "order_notional: ^1000000000.01", "must be between"),
        limits("order_notional: 25000", "order_notional: ^99999999999999999999", "too large"),
        limits("order_notional: 25000", "order_notional: ^25,000", "plain digits"),
        limits("order_notional: 25000", "order_notional: ^\"25000 USDT\"", "plain digits"),
        limits("order_notional: 25000", "order_notional: ^0.0000000000000000001", "18 decimals"),
        limits(
            "order_notional: 25000", "order_notional: ^100000.1", "must not exceed position_notional (100000)"
        ),
        limits(
            "exposure_notional: 100000.25", "exposure_notional: 24999",
            "must not exceed exposure_notional (24999)",
            at: "25000"),
        limits(
            "    BTC-USDT: 0.5\n", "    ETH-USDT: 1\n", "`limits.order_quantity.BTC-USDT` is missing",
            at: "order_quantity"),
        limits("BTC-USDT: 0.5", "BTC-USDT: ^0.000000001", "quantity_scale of 8"),
        limits("BTC-USDT: 0.5", "BTC-USDT: ^-0.5", "must be between"),
        limits("BTC-USDT: 0.5", "BTC-USDT: 0.5\n    ^btc: 1", "capitals"),
        limits("  position_notional: 100000\n", "", "`limits.position_notional` is missing", at: "limits:"),
        limits(
            "  exposure_notional: 100000.25\n", "", "`limits.exposure_notional` is missing", at: "limits:"),
        limits("  price_collar: 100bps\n", "", "`limits.price_collar` is missing", at: "limits:"),
        limits("price_collar: 100bps", "price_collar: ^0bps", "between 1bps and 5000bps"),
        limits("price_collar: 100bps", "price_collar: ^1e308bps", "basis points"),
        limits("price_collar: 100bps", "price_collar: ^99999999999999999bps", "too large a rate"),
        limits("  book_age: 2s\n", "", "`limits.book_age` is missing", at: "limits:"),
        limits("book_age: 2s", "book_age: ^2bps", "a duration with a unit"),
        limits("book_age: 2s", "book_age: ^0s", "between 10ms and 1m"),
        limits("  orders_per_second: 20\n", "", "`limits.orders_per_second` is missing", at: "limits:"),
        limits("orders_per_second: 20", "orders_per_second: ^0", "between 1 and 1000"),
        limits("orders_per_second: 20", "orders_per_second: ^{a: 1}", "found a group of keys"),
        limits("reduced_divisor: 4", "reduced_divisor: ^0", "between 1 and 1000"),
        limits(
            "reduced_divisor: 4", "reduced_divisor: 4\n  ^order_notional: 1",
            "duplicate key `order_notional`: first set in line 2"),
        limits("limits:\n", "limits:\n  ^orders_notional: 1\n", "did you mean `order_notional`"),
        limits(
            "limits:\n", "include: ^node.yaml\nlimits:\n",
            "include cycle: config/node.yaml → config/limits.yaml → config/node.yaml"),
    ]

    static let venueFaults: [Fault] = [
        okx("window: 60s", "window: ^9s", "the venue takes between 10s and 2m", count: 2),
        okx("window: 60s", "window: ^121s", "the venue takes between 10s and 2m"),
        okx("window: 60s", "window: ^60500ms", "the venue takes whole seconds"),
        okx("refresh: 15s", "refresh: ^30001ms", "must be at most half of window"),
        okx("  refresh: 15s\n", "", "`venues.okx.dead_man.refresh` is missing", at: "dead_man:"),
        okx("switch: on", "switch: ^yes", "expected one of on, off"),
        okx(
            "dead_man:\n  switch: on\n  shortest: 10s\n  longest: 120s\n  window: 60s\n  refresh: 15s\n", "",
            "`venues.okx.dead_man` is missing", at: "venue: okx"),
        okx(
            "duplicate_codes: [\"51016\"]", "duplicate_codes: [\"51016\"]\n  refused_statuses: [^\"503\"]",
            "an HTTP status between 400 and 499"),
        okx("venue: okx", "venue: ^okex", "did you mean `okx`"),
        okx(
            "venue: okx", "venue: ^ftx",
            "expected one of binance-spot, okx, okx-swap, bybit, bybit-linear, kraken"),
        okx("venue: okx\n", "", "`venues.?.venue` is missing", at: "endpoints"),
        okx(
            "  public: wss://ws.okx.com:8443/ws/v5/public\n", "", "`venues.okx.endpoints.public` is missing",
            at: "endpoints"),
        okx("public: wss", "public: ^ws", "wss://host[:port]/path"),
        okx(
            "public: wss://ws.okx.com:8443/ws/v5/public", "public: ^wss://ws.okx.com:8443/x?streams=a",
            "wss://host[:port]/path"),
        okx("private: wss://ws.okx.com:8443", "private: ^wss://ws.okx.com:84430", "wss://host[:port]/path"),
        okx("private: wss://ws.okx.com:8443", "private: ^wss://-ws.okx.com:8443", "wss://host[:port]/path"),
        okx("proof: previous-link", "proof: ^previous_link", "did you mean `previous-link`"),
        okx("proof: previous-link", "proof: ^checksum", "okx proves its books by previous-link"),
        okx("depth: 400", "depth: ^0", "between 1 and 5000"),
        okx(
            "book:\n  proof: previous-link\n  depth: 400", "book: ^deep",
            "expected a group of keys, found a single value"),
        okx("taker: 10bps", "taker: ^1001bps", "between -100bps and 1000bps"),
        okx("taker: 10bps", "taker: ^0.001", "basis points"),
        okx("  taker: 10bps\n", "", "`venues.okx.fees.taker` is missing", at: "fees"),
        okx("charged_in: received", "charged_in: ^base", "expected one of received, quote"),
        okx("capacity: 61", "capacity: ^0", "between 1 and 1000000"),
        okx("window: 2s", "window: ^2", "has no unit"),
        okx("reserve: 30%", "reserve: ^91%", "between 0% and 90%"),
        okx("reserve: 30%", "reserve: ^0.3", "whole percentage"),
        okx("receive_window: 5s", "receive_window: ^61s", "between 100ms and 1m"),
        okx("retry_class: B", "retry_class: ^D", "expected one of A, B, C"),
        okx("duplicate_codes: [\"51016\"]", "duplicate_codes: ^[]", "retry class B needs"),
        okx("duplicate_codes: [\"51016\"]", "duplicate_codes: ^[\"50004\"]", "cannot both prove"),
        okx(
            "ambiguous_codes: [\"50004\", \"51149\"]", "ambiguous_codes: [\"50004\", ^\"50004\"]",
            "listed twice"),
        okx("ambiguous_codes: [\"50004\", \"51149\"]", "ambiguous_codes: [\"50004\", ^[a]]", "found a list"),
        okx("ambiguous_codes: [\"50004\", \"51149\"]", "ambiguous_codes: ^50004", "expected a list"),
        okx("silence: 30s", "silence: ^15s", "longer than keep_alive"),
        okx("keep_alive: 15s", "keep_alive: ^0s", "between 1s and 10m"),
        okx("symbol: BTC-USDT", "symbol: ^\"\"", "printable ASCII"),
        okx("tick: 0.1", "tick: ^0", "must be between"),
        okx("tick: 0.1", "tick: ^0.001", "price_scale of 2"),
        okx("tick: 0.1", "tick: ^-0.1", "must be between"),
        okx("lot: 0.00000001", "lot: ^0.000000001", "quantity_scale of 8"),
        okx(
            "maximum_quantity: 9999999999", "maximum_quantity: ^999999999999", "is too large for"),
        okx(
            "maximum_quantity: 9999999999", "maximum_quantity: ^0.000001",
            "must not be below minimum_quantity"),
        okx("minimum_notional: 0", "minimum_notional: ^-5", "must be between"),
        okx(
            "    minimum_notional: 0\n", "", "`venues.okx.symbols.BTC-USDT.minimum_notional` is missing",
            at: "BTC-USDT:"),
        okx(
            "minimum_notional: 0", "minimum_notional: 0\n    ^min_notional: 0",
            "did you mean `minimum_notional`"),
        okx("  BTC-USDT:\n", "  ^BTCUSDT:\n", "BASE-QUOTE"),
        okx("connection:", "^secret: abc\nconnection:", "secrets do not belong"),
        okx("connection:", "conection:", "`venues.okx.connection` is missing", at: "venue: okx", count: 2),
    ]

    @Test(arguments: nodeFaults + limitFaults + venueFaults)
    func `a planted fault is refused at its place`(_ fault: Fault) throws {
        let planted = try #require(fault.planted(), "the fault does not apply to the sample")
        var source = SampleNode.source
        source.files[fault.file] = planted.text
        let problems = source.load().problems
        let here = problems.filter { $0.origin == planted.place }
        #expect(here.contains { $0.message.contains(fault.says) }, "found: \(problems.map(\.description))")
        #expect(problems.count == fault.count, "no problem in its wake: \(problems.map(\.description))")
    }

    @Test func `the table plants at least sixty faults`() {
        #expect(
            RefusalTests.nodeFaults.count + RefusalTests.limitFaults.count + RefusalTests.venueFaults.count
                >= 60)
    }
}
