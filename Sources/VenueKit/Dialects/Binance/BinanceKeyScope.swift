import Ports
import TradingModel

/// Wallet API, Get API Key Permission (developers.binance.com/docs/wallet/account/api-key-permission): weight
/// 1, a key of any right may ask.
extension BinanceDialect {
    public func keyScope(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? {
        signed("GET", "/sapi/v1/account/apiRestrictions", [], weight: 1, stamp, access)
    }

    /// A key without addresses loses its right to trade after a time (`tradingAuthorityExpirationTime`).
    public func decodeKeyScope(_ response: HTTPResponse) throws(VenueFault) -> KeyScope {
        let tree = try content(response)
        guard let trades = tree["enableSpotAndMarginTrading"]?.isTrue,
            let withdraws = tree["enableWithdrawals"]?.isTrue, let isBound = tree["ipRestrict"]?.isTrue
        else { throw .quarantined(.missingField) }
        var scope = KeyScope(mayTrade: trades, mayWithdraw: withdraws, isBound: isBound)
        if let end = tree["tradingAuthorityExpirationTime"]?.integer, end > 0 {
            do throws(QuarantineReason) {
                scope.expiresAt = try ReportNumbers.moment(milliseconds: end)
            } catch { throw .quarantined(error) }
        }
        return scope
    }
}
