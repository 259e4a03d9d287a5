import Ports
import TradingModel

/// Get account configuration (www.okx.com/docs-v5, trading account): `perm` lists `read_only`, `trade` and
/// `withdraw`, `ip` the addresses that the key is linked to. A key with rights beyond reading that is linked
/// to none expires after 14 days without use, which cannot be told here.
extension OKXDialect {
    public func keyScope(_ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? {
        signed("GET", "/api/v5/account/config", stamp, access)
    }

    public func decodeKeyScope(_ response: HTTPResponse) throws(VenueFault) -> KeyScope {
        guard let row = try data(response).first, let rights = row["perm"]?.text else {
            throw .quarantined(.missingField)
        }
        let words = rights.split(separator: ",")
        return KeyScope(
            mayTrade: words.contains("trade"), mayWithdraw: words.contains("withdraw"),
            isBound: !(row["ip"]?.text ?? "").isEmpty)
    }
}
