import TradingModel

/// What a message, an order and a beat of the engine cost, one dimension of the market growing at a time.
struct EngineGrowth {
    /// Small sizes and few messages: whether it works, not how fast it is.
    let isQuick: Bool

    private var blocks: Int { isQuick ? 3 : 9 }
    private var messages: Int { isQuick ? 200 : 4_000 }
    private var pairs: Int { isQuick ? 20 : 300 }
    private var beats: Int { isQuick ? 10 : 200 }

    func run(_ progress: (String) -> Void) throws -> [GrowthSeries] {
        try venues(progress) + symbols(progress) + levels(progress) + openOrders(progress)
    }

    private func venues(_ progress: (String) -> Void) throws -> [GrowthSeries] {
        var message = GrowthSeries("venues", "message_ns", .linear)
        var order = GrowthSeries("venues", "pair_ns", .linear)
        for venues in isQuick ? [2, 4] : [2, 4, 6, 8, 10] {
            progress("\(venues) venues")
            let costs = try measure(GrowthSize(venues: venues))
            message.add(venues, costs.message)
            order.add(venues, costs.pair)
        }
        return [message, order]
    }

    /// A message and a pair are of one symbol: what all symbols together cost is linear where each is flat.
    private func symbols(_ progress: (String) -> Void) throws -> [GrowthSeries] {
        var all = GrowthSeries("symbols", "message_of_each_ns", .linear)
        var order = GrowthSeries("symbols", "pair_ns", .linear)
        var beat = GrowthSeries("symbols", "beat_ns", .linear)
        for symbols in isQuick ? [1, 4] : [1, 5, 20, 50, 100, 200] {
            progress("\(symbols) symbols")
            let costs = try measure(GrowthSize(symbols: symbols))
            all.add(symbols, costs.message * Double(symbols))
            order.add(symbols, costs.pair)
            beat.add(symbols, costs.beat)
        }
        return [all, order, beat]
    }

    private func levels(_ progress: (String) -> Void) throws -> [GrowthSeries] {
        var message = GrowthSeries("levels", "message_ns", .flat)
        var order = GrowthSeries("levels", "pair_ns", .flat)
        for levels in isQuick ? [25, 100] : [25, 100, 400, 1_500, 5_000] {
            progress("\(levels) levels")
            let costs = try measure(GrowthSize(levels: levels))
            message.add(levels, costs.message)
            order.add(levels, costs.pair)
        }
        return [message, order]
    }

    private func openOrders(_ progress: (String) -> Void) throws -> [GrowthSeries] {
        var message = GrowthSeries("open_orders", "message_ns", .flat)
        var order = GrowthSeries("open_orders", "pair_ns", .flat)
        var ruled = GrowthSeries("open_orders", "pair_with_rules_ns", .flat)
        var beat = GrowthSeries("open_orders", "beat_ns", .linear)
        for orders in isQuick ? [0, 100] : [0, 100, 1_000, 3_000, 10_000] {
            progress("\(orders) open orders")
            let costs = try measure(GrowthSize(openOrders: orders))
            message.add(orders, costs.message)
            order.add(orders, costs.pair)
            beat.add(orders, costs.beat)
            ruled.add(orders, try measure(GrowthSize(openOrders: orders, hasRules: true)).pair)
        }
        return [message, order, ruled, beat]
    }

    /// Nanoseconds: medians of blocks.
    private struct Costs {
        var message: Double
        var pair: Double
        var beat: Double
    }

    private func measure(_ size: GrowthSize) throws -> Costs {
        var stage = try GrowthStage(size)
        stage.refresh()
        var (message, pair, beat): ([Double], [Double], [Double]) = ([], [], [])
        for block in 0...blocks {
            let one = self.message(&stage)
            let two = self.pair(&stage)
            let three = self.beat(&stage)
            // The first block warms up.
            guard block > 0 else { continue }
            message.append(one)
            pair.append(two)
            beat.append(three)
        }
        return Costs(message: message.median, pair: pair.median, beat: beat.median)
    }

    /// Each message is made before the clock is read; what the clock costs is in all sizes alike.
    private func message(_ stage: inout GrowthStage) -> Double {
        var spent: Int64 = 0
        for _ in 0..<messages {
            let venue = stage.prepare()
            let began = Stopwatch.now
            stage.send(venue)
            spent += (Stopwatch.now - began).nanoseconds
        }
        return Double(spent) / Double(messages)
    }

    /// From the message that shows the edge until both legs are filled and settled.
    private func pair(_ stage: inout GrowthStage) -> Double {
        stage.refresh()
        let before = stage.ordersSent
        var spent: Int64 = 0
        for _ in 0..<pairs {
            let venue = stage.prepareEdge()
            let began = Stopwatch.now
            stage.send(venue)
            spent += (Stopwatch.now - began).nanoseconds
            stage.endEdge(venue)
        }
        let sent = stage.ordersSent - before
        precondition(
            sent >= pairs * 2, "an edge is taken with both its legs: \(sent) orders of \(pairs) edges")
        return Double(spent) / Double(pairs)
    }

    private func beat(_ stage: inout GrowthStage) -> Double {
        let began = Stopwatch.now
        for _ in 0..<beats { stage.beat() }
        let spent = Stopwatch.now - began
        stage.refresh()
        return Double(spent.nanoseconds) / Double(beats)
    }
}
