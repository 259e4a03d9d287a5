import Ports
import TradingModel

/// Get API Key Information (bybit-exchange.github.io/docs/v5/user/apikey-info): a key of any right may ask.
/// `readOnly` is 1 for keys that only read; `permissions.Wallet` holds `Withdraw`; `ips` is `["*"]` for a key
/// that is bound to no address, and only such a key has a day on which it expires.
extension BybitDialect {
    public func keyScope(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? {
        get("/v5/user/query-api", [], stamp, access)
    }

    public func decodeKeyScope(_ response: HTTPResponse) throws(VenueFault) -> KeyScope {
        guard let result = try content(response)["result"], let reads = result["readOnly"]?.text,
            let rights = result["permissions"]
        else { throw .quarantined(.missingField) }
        func has(_ group: String, _ right: String) -> Bool {
            rights[group]?.elements.contains { $0.text == right } ?? false
        }
        let trades =
            isLinear
            ? has("ContractTrade", "Order") || has("Derivatives", "DerivativesTrade")
            : has("Spot", "SpotTrade")
        let addresses = (result["ips"]?.elements ?? []).compactMap(\.text)
        var scope = KeyScope(
            mayTrade: trades && reads == "0", mayWithdraw: has("Wallet", "Withdraw"),
            isBound: !addresses.isEmpty && !addresses.contains("*"))
        if !scope.isBound, let days = result["deadlineDay"]?.integer, days > 0 {
            scope.expiresAt = response.receivedAt + .seconds(days * 86_400)
        }
        return scope
    }
}
