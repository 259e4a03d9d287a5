/// `arbctl config reload`: what the configuration was and is, by key.
public struct ConfigurationAnswer: Codable, Hashable, Sendable {
    /// Who agreed.
    public var actor = ""
    public var reason = ""
    public var atNs: Int64 = 0
    /// The file that was read, with all it includes.
    public var file = ""
    /// SHA-256 of everything that was read; the node keeps it under that name.
    public var before = ""
    public var after = ""
    public var changes: [Change] = []
    public init() {}

    public struct Change: Codable, Hashable, Sendable {
        public var key = ""
        /// `null`: the key was not there.
        @Nullable public var before: String?
        @Nullable public var after: String?
        /// A limit got looser by it.
        public var loosens = false
        public init() {}
    }
}
