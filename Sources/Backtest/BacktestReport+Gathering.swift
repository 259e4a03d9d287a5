import Engine
import Hedging
import Node
import Orders
import TradingModel

// From the sessions' results to one report.
extension BacktestReport {
    public init(_ results: [BacktestResult]) {
        var digest = Fingerprint()
        var took = LatencyLog()
        for result in results {
            let summary = result.report.summary
            let held = result.report.venues.reduce(0) { $0 + $1.frames }
            let synced = result.report.venues.reduce(0) { $0 + $1.booksSynced }
            sessions.append(
                Session(
                    venues: result.market.policy.venues.map(\.name),
                    symbols: result.market.policy.instruments.map(\.symbol),
                    fromNs: result.times.lowerBound.nanoseconds, toNs: result.times.upperBound.nanoseconds,
                    frames: held, booksSynced: synced))
            frames += held
            virtualSeconds += Double((result.times.upperBound - result.times.lowerBound).nanoseconds) / 1e9
            decisions += result.decisions.count
            digest.add(result.decisions.hexadecimal)
            edges += summary.edges
            trades += result.trades.count
            pnl += summary.profit
            fees += summary.counters.fees
            unhedgedNotional += summary.unhedgedNotional
            residualNotional += summary.residualNotional
            hedges.opened += summary.hedgesOpened
            hedges.completed += summary.hedgesCompleted
            hedges.late += summary.hedgesLate
            hedges.failed += summary.hedgesFailed
            hedges.slippage += result.report.hedges.slippage
            took.add(result.report.hedges.took)
            curve.append(result.curve)
            tell(result)
            share(result)
        }
        incidents = results.flatMap(\.report.incidents).counts
        decisionHash = results.count == 1 ? results[0].decisions.hexadecimal : digest.hexadecimal
        framesPerS = virtualSeconds > 0 ? (Double(frames) / virtualSeconds * 10).rounded() / 10 : 0
        maxDrawdown = Money(curve.maximumDrawdown)
        hedges.tookUs = Percentiles(
            p50: took.percentile(50), p99: took.percentile(99), p999: took.percentile(99.9),
            max: took.percentile(100))
    }

    private mutating func tell(_ result: BacktestResult) {
        let policy = result.market.policy
        for story in result.trades {
            let index = story.instrument.index
            let account = story.account(policy.instruments[index], mark: result.marks[index])
            money.add(account)
            tradeLog.append(BacktestTrade(story, policy, mark: result.marks[index]))
            // The leg that a quote's hedge takes the place of was never an order.
            let parts = (story.legs + story.hedges).filter { $0.sentAt != nil }
            for (list, name) in [
                (\BacktestReport.byStrategy, policy.strategyNames[story.strategy]),
                (\BacktestReport.bySymbol, policy.instruments[index].symbol),
            ] {
                BacktestReport.change(&self[keyPath: list], name) { share in
                    share.trades += 1
                    share.orders += parts.count
                    for part in parts { share.volume += part.notional }
                    share.fees += account.fees
                    share.pnl += account.profit
                }
            }
            for part in parts {
                BacktestReport.change(&byVenue, policy.venues[part.venue.index].name) { share in
                    share.trades += part.rung == nil ? 1 : 0
                    share.orders += 1
                    share.volume += part.notional
                    share.fees += part.fee
                }
            }
        }
    }

    /// A venue's profit is what its accounts gained, base assets at the last mid price.
    private mutating func share(_ result: BacktestResult) {
        let policy = result.market.policy
        for account in result.report.accounts {
            let change = account.balance - account.opening
            let instrument = policy.instruments.first { $0.base == account.asset }
            let value = instrument.map {
                $0.notional(result.marks[$0.id.index], $0.quantity(ofBase: change))
            }
            BacktestReport.change(&byVenue, policy.venues[account.venue.index].name) {
                $0.pnl += value ?? change
            }
        }
        byVenue.sort { $0.name < $1.name }
    }

    private static func change(_ shares: inout [Share], _ name: String, _ body: (inout Share) -> Void) {
        if let index = shares.firstIndex(where: { $0.name == name }) { return body(&shares[index]) }
        var share = Share(name: name)
        body(&share)
        shares.append(share)
    }
}
