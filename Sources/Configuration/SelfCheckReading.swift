import TradingModel
import Watch

// `self_check:`: how often the node checks itself, and whether orders are part of it.
extension NodeReading {
    /// `nil`: problems were reported.
    static func selfCheck(_ root: Section) -> SelfCheckPolicy? {
        guard let section = root.section("self_check", mayBeAbsent: true) else { return nil }
        let standard = SelfCheckPolicy()
        let every = section.value(
            "every", .span(.seconds(60)...(.seconds(86_400))), standard: standard.every)
        let retry = section.value(
            "retry", .span(.seconds(10)...(.seconds(3_600))), standard: standard.retry)
        let order = section.value(
            "order", .choice(SelfCheckPolicy.Order.allCases), standard: standard.order)
        section.finish()
        guard let every, let retry, let order else { return nil }
        guard retry <= every else {
            section.report("a failure is looked at again sooner, within `every`", at: "retry")
            return nil
        }
        return SelfCheckPolicy(every: every, retry: retry, order: order)
    }
}
