/// A YAML node with the place it stands at: what is left of YAML once its typing rules are out of the way.
/// Scalars stay text, so no amount ever passes through binary floating point and `off` is not a boolean.
struct Setting: Sendable {
    indirect enum Content: Sendable {
        /// `plain`: written without quotes, so that an empty one, `~` and `null` mean "nothing".
        case scalar(String, plain: Bool)
        case mapping([Entry])
        case sequence([Setting])
        /// A problem with what stands here is already reported: nobody complains about it again.
        case unusable
    }

    struct Entry: Sendable {
        var key: String
        var keyOrigin: Origin
        var value: Setting
    }

    var content: Content
    var origin: Origin
    /// Environment variables that were filled in.
    var variables: [String] = []

    var isNothing: Bool {
        guard case .scalar(let text, plain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// For messages: what stands here.
    var kindName: String {
        switch content {
        case .scalar: isNothing ? "nothing" : "a single value"
        case .mapping: "a group of keys"
        case .sequence: "a list"
        case .unusable: "nothing usable"
        }
    }

    subscript(key: String) -> Entry? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }
    }
}
