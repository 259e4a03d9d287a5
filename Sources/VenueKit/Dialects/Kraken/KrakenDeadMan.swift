import Ports
import TradingModel

/// `CancelAllOrdersAfter`: a countdown set anew by every request, switched off by 0. "If the timer expires,
/// all orders are cancelled and then the timer remains disabled until the client provides a new (non-zero)
/// timeout." It must be off before scheduled maintenance: else everything is canceled when the engine comes
/// back.
extension KrakenDialect {
    public func deadMan(_ window: Span, _ stamp: RequestStamp, _ access: VenueAccess) -> RequestPlan? {
        signed(
            "/0/private/CancelAllOrdersAfter", [("timeout", String(window.milliseconds / 1_000))], stamp,
            access)
    }

    /// `triggerTime` tells when it will fire, "0" that it is off.
    public func decodeDeadMan(_ response: HTTPResponse) throws(VenueFault) {
        guard try result(response)["triggerTime"]?.text != nil else { throw .quarantined(.missingField) }
    }
}
