/// What a kill came to: the mode before and after, the cancels, and what the venues confirmed.
public struct KillAnswer: Codable, Hashable, Sendable {
    public var change = ChangeAnswer()
    /// `all`, `venue okx`, …
    public var scope = ""
    public var flattens = false
    /// `desk`, or `watchkeeper` where the desk did not answer in time.
    public var by = ""
    public var canceled = 0
    /// From the node's taking the word to the last cancel's last byte; absent where none had to go.
    @Nullable public var wireMs: Double?
    /// Until every venue said that nothing of the scope is open; absent while one has not.
    @Nullable public var clearMs: Double?
    public var venues: [Venue] = []
    public init() {}

    public struct Venue: Codable, Hashable, Sendable {
        public var venue = ""
        public var canceled = 0
        @Nullable public var wireMs: Double?
        @Nullable public var clearMs: Double?
        /// Orders whose end is not confirmed.
        public var open: [String] = []
        public init() {}
    }
}
