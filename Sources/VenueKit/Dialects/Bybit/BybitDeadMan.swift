import Ports
import TradingModel

/// Disconnection protection (DCP), for institutional clients alone: orders are canceled when no private
/// connection that subscribed `dcp.spot` (`dcp.future`) has been alive for 3 to 300 s.
extension BybitDialect {
    /// No request switches it off ("contact your client manager"): an orderly end cancels its orders itself.
    public func deadMan(_ window: Span, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? {
        guard window > .zero else { return nil }
        let product = isLinear ? "DERIVATIVES" : "SPOT"
        return post(
            "/v5/order/disconnected-cancel-all",
            "{\"product\":\"\(product)\",\"timeWindow\":\(window.milliseconds / 1_000)}", stamp, access)
    }

    /// `{"retCode":0,"retMsg":"success"}`.
    public func decodeDeadMan(_ response: HTTPResponse) throws(VenueFault) { _ = try content(response) }

    /// The topics of the private stream; `dcp.spot` is what makes the switch watch this connection.
    var privateTopics: [String] {
        ["order", "execution", "wallet"]
            + (profile.deadMan == nil ? [] : [isLinear ? "dcp.future" : "dcp.spot"])
    }
}
