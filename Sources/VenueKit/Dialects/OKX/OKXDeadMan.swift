import Ports
import TradingModel

/// `cancel-all-after`: a countdown of 10 to 120 s, set anew by every request, switched off by 0. Once it
/// fires it is off.
extension OKXDialect {
    public func deadMan(_ window: Span, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? {
        signed(
            "POST", "/api/v5/trade/cancel-all-after",
            body: "{\"timeOut\":\"\(window.milliseconds / 1_000)\"}", stamp, access)
    }

    /// `triggerTime` tells when it will fire, "0" that it is off.
    public func decodeDeadMan(_ response: HTTPResponse) throws(VenueFault) {
        guard try data(response).first?["triggerTime"]?.text != nil else {
            throw .quarantined(.missingField)
        }
    }
}
