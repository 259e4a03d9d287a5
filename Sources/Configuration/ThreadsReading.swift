import Ports

// `threads:`: which cores the lanes of a live node are kept on, and how they are scheduled. Everything is off
// unless it is said, because everything has its price:
//
// * `core`: the thread runs there alone, also when another core is free: two busy threads on one core wait
//   for each other.
// * `realtime`: it runs before everything of ordinary priority on its core, which then waits; it takes root,
//   CAP_SYS_NICE or a limit on rtprio, and without it the node does not start.
// * `busy_poll` (of `sockets`): the thread never sleeps. One core is busy all the time, and a machine that
//   has no core to spare is slower for it.
extension NodeReading {
    /// `nil`: problems were reported.
    static func threads(_ root: Section) -> ThreadPlan? {
        guard let section = root.section("threads", mayBeAbsent: true) else { return nil }
        let sockets = lane(section, "sockets", mayPoll: true)
        let store = lane(section, "store")
        let reserve = lane(section, "reserve")
        let cold = lane(section, "cold")
        section.finish()
        guard let sockets, let store, let reserve, let cold else { return nil }
        var plan = ThreadPlan.ordinary
        plan.sockets = sockets
        plan.store = store
        plan.reserve = reserve
        plan.cold = cold
        return plan
    }

    private static func lane(_ threads: Section, _ name: String, mayPoll: Bool = false) -> LaneThreadPlan? {
        guard let section = threads.section(name, mayBeAbsent: true) else { return nil }
        let core = section.optional("core", .integer(0...1_023))
        let realtime = section.optional("realtime", .integer(1...99))
        let polls = mayPoll ? section.value("busy_poll", .choice(Switch.allCases), standard: .off) : .off
        section.finish()
        guard let core, let realtime, let polls else { return nil }
        return LaneThreadPlan(core: core, realtime: realtime, busyPoll: polls == .on)
    }

    private enum Switch: String, CaseIterable { case on, off }
}
