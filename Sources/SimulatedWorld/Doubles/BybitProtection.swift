import TradingModel

/// Disconnection protection of one account (v5/order/dcp): open orders are canceled when no connection that
/// subscribed `dcp.spot` (perpetuals: `dcp.future`) has been there for the window.
struct BybitProtection {
    /// "The default time window is 10 seconds."
    private(set) var window = Span.seconds(10)
    /// "The system needs a certain time to take effect": a new window, and from when it counts.
    private var coming: (window: Span, from: Moment)?
    /// When the last subscribed connection was lost; `nil` while one lives, before the first, and after it
    /// fired.
    var lostAt: Moment?

    static let delay = Span.seconds(10)

    mutating func set(_ window: Span, at now: Moment) {
        settle(at: now)
        coming = (window, now + BybitProtection.delay)
    }

    mutating func settle(at now: Moment) {
        guard let new = coming, now >= new.from else { return }
        window = new.window
        coming = nil
    }

    /// When it would fire, as things stand.
    var due: Moment? { lostAt.map { $0 + window } }
}

extension BybitDouble {
    func setProtection(_ call: BybitCall) throws(BybitFault) -> [UInt8] {
        guard exchange.accounts[call.account].spec.isInstitutional else {
            throw BybitFault(10_005, "Permission denied, please check your API key permissions.")
        }
        guard let seconds = call.body["timeWindow"]?.integer, (3...300).contains(seconds) else {
            throw .parameters("timeWindow is invalid")
        }
        // Each product has a window of its own; the double has one of them.
        switch call["product"] ?? "OPTIONS" {
        case segment.product: protections[call.account].set(.seconds(seconds), at: call.at)
        case "SPOT", "OPTIONS", "DERIVATIVES": break
        default: throw .parameters("product is invalid")
        }
        return Array("{}".utf8)
    }

    /// A subscribed connection came or went.
    func watchProtection(of account: Int?, at now: Moment) {
        guard let account, exchange.accounts[account].spec.isInstitutional else { return }
        let isWatched = connections.contains { connection in
            connection.account == account && connection.topics.contains(segment.protectionTopic)
        }
        if isWatched {
            protections[account].lostAt = nil
            wasProtected.insert(account)
        } else if wasProtected.remove(account) != nil {
            protections[account].lostAt = now
        }
    }

    /// The earliest moment up to `now` at which a protection fires.
    func nextProtection(by now: Moment) -> Moment? {
        for index in protections.indices { protections[index].settle(at: now) }
        return protections.compactMap(\.due).filter { $0 <= now }.min()
    }

    func fireProtections(at now: Moment) {
        for account in protections.indices {
            guard let due = protections[account].due, due <= now else { continue }
            protections[account].lostAt = nil
            for order in exchange.openOrders(of: account) {
                canceledByProtection.insert(order.id)
                do throws(Refusal) { try exchange.cancel(order.id, account: account, at: now) } catch {
                    preconditionFailure("an open order can be canceled: \(error)")
                }
            }
        }
        publishPrivate()
    }
}
