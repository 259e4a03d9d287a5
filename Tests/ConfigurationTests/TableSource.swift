import Configuration

/// Files and environment out of a table.
struct TableSource: ConfigurationSource {
    var files: [String: String]
    var raw: [String: [UInt8]] = [:]
    var environment: [String: String] = [:]

    func bytes(of path: String) -> Result<[UInt8], UnreadableFile> {
        if let bytes = raw[path] { return .success(bytes) }
        guard let text = files[path] else { return .failure(UnreadableFile(reason: "no such file")) }
        return .success(Array(text.utf8))
    }

    func exists(_ path: String) -> Bool { files[path] != nil || raw[path] != nil }
    func variable(_ name: String) -> String? { environment[name] }

    func load(_ path: String = "config/node.yaml") -> Result<NodeConfiguration, ConfigurationProblems> {
        NodeConfiguration.load(path: path, source: self)
    }
}

extension Result where Success == NodeConfiguration, Failure == ConfigurationProblems {
    /// The problems, one a line; empty when there are none.
    var problems: [ConfigurationProblem] {
        if case .failure(let problems) = self { return problems.list }
        return []
    }
}

/// A node of two venues in four files, complete but for what has a default.
enum SampleNode {
    static let node = """
        include: limits.yaml
        node: 7
        mode: dry-run
        data_directory: ../data
        http: 127.0.0.1:8180
        instruments:
          - symbol: BTC-USDT
            price_scale: 2
            quantity_scale: 8
        venues:
          - use: ../venues/okx.yaml
          - use: ../venues/kraken.yaml
            ca: test-ca.pem
            endpoints:
              rest: https://localhost:9443
        hedge:
          deadline: 120ms
          reprice_bound: 20bps
          other_venue_bound: 50bps
          unwind_bound: 100bps
          retry_every: 500ms
        strategies:
          taker_taker:
            - instrument: BTC-USDT
              owner: ann
              venues: all
              minimum_edge: 2.5bps
              pair_notional: 5000
              depth_share: 80%
              cooldown: 200ms
              slippage: 2bps
        rules: none

        """

    static let limits = """
        limits:
          order_notional: 25000
          order_quantity:
            BTC-USDT: 0.5
          position_notional: 100000
          exposure_notional: 100000.25
          price_collar: 100bps
          book_age: 2s
          orders_per_second: 20
          reduced_divisor: 4

        """

    static let okx = """
        venue: okx
        endpoints:
          rest: https://www.okx.com
          public: wss://ws.okx.com:8443/ws/v5/public
          private: wss://ws.okx.com:8443/ws/v5/private
        book:
          proof: previous-link
          depth: 400
        fees:
          taker: 10bps
          maker: 8bps
          charged_in: received
        rate_budget:
          capacity: 61
          window: 2s
          reserve: 30%
        orders:
          receive_window: 5s
          retry_class: B
          ambiguous_codes: ["50004", "51149"]
          duplicate_codes: ["51016"]
        connection:
          keep_alive: 15s
          silence: 30s
        dead_man:
          switch: on
          shortest: 10s
          longest: 120s
          window: 60s
          refresh: 15s
        symbols:
          BTC-USDT:
            symbol: BTC-USDT
            tick: 0.1
            lot: 0.00000001
            minimum_quantity: 0.00001
            maximum_quantity: 9999999999
            minimum_notional: 0

        """

    static let kraken = """
        venue: kraken
        endpoints: {rest: "https://api.kraken.com",
                    public: "wss://ws.kraken.com/v2", private: "wss://ws-auth.kraken.com/v2"}
        book: {proof: checksum, depth: 100}
        fees: {taker: 26bps, maker: 16bps, charged_in: quote}
        rate_budget: {capacity: 60, window: 1m, reserve: 30%}
        orders: {receive_window: 5s, retry_class: C, ambiguous_codes: ["EService:Busy"], duplicate_codes: []}
        connection: {keep_alive: 5s, silence: 12s}
        dead_man: {switch: off, shortest: 1s, longest: 86400s, window: 60s, refresh: 20s}
        symbols:
          BTC-USDT:
            {symbol: BTC/USDT, tick: 0.1, lot: 0.00000001, minimum_quantity: 0.00005, maximum_quantity: 10000,
             minimum_notional: 0.5}

        """

    static let source = TableSource(files: [
        "config/node.yaml": node, "config/limits.yaml": limits, "venues/okx.yaml": okx,
        "venues/kraken.yaml": kraken,
        "config/test-ca.pem": "",
    ])
}
