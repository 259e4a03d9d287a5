/// What a command that changes the node's state found and left. Reading before, changing and reading after
/// are one step: nothing else stands between.
public struct ChangeAnswer: Codable, Hashable, Sendable {
    public var command = ""
    /// The user at the other end of the socket, as the kernel knows it.
    public var actor = ""
    public var reason = ""
    public var atNs: Int64 = 0
    public var before = State()
    public var after = State()
    /// What follows from it, for people.
    public var note = ""
    public init() {}

    public struct State: Codable, Hashable, Sendable {
        public var mode = ModeState()
        public var liveOrders = 0
        /// What is killed: `all`, `venue okx`.
        public var kills: [String] = []
        /// The venue that the command was about.
        @Nullable public var venue: VenueState?
        public init() {}
    }
}
