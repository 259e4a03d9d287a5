/// How one lane's thread shares the machine with others; nothing is asked for unless it is said.
public struct LaneThreadPlan: Hashable, Sendable {
    /// The only core it runs on, from 0; `nil`: wherever the scheduler puts it.
    public var core: Int?
    /// Priority of real-time scheduling (SCHED_FIFO), 1…99; `nil`: ordinary scheduling.
    public var realtime: Int?
    /// Asks for news again and again instead of sleeping: takes a core whole. Of the socket lane alone.
    public var busyPoll: Bool

    public init(core: Int? = nil, realtime: Int? = nil, busyPoll: Bool = false) {
        precondition(core.map { $0 >= 0 } ?? true, "cores are counted from 0")
        precondition(realtime.map { (1...99).contains($0) } ?? true, "real-time priorities are 1…99")
        self.core = core
        self.realtime = realtime
        self.busyPoll = busyPoll
    }
}

/// The same for every lane of a live node.
public struct ThreadPlan: Hashable, Sendable {
    public var sockets = LaneThreadPlan()
    public var store = LaneThreadPlan()
    public var reserve = LaneThreadPlan()
    public var cold = LaneThreadPlan()

    /// Threads as the system makes them.
    public static let ordinary = ThreadPlan()

    public init() {}
}
