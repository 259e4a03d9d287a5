/// Why a request was not carried out. It then changed nothing.
public struct ControlFault: Error, Hashable, Sendable {
    public enum Code: String, Codable, Sendable, CaseIterable {
        /// Not one JSON object of the protocol's form.
        case malformed
        case tooLong = "too_long"
        case unsupportedVersion = "unsupported_version"
        case unknownCommand = "unknown_command"
        case badArguments = "bad_arguments"
        /// Whoever changes something says why.
        case reasonRequired = "reason_required"
        case unknownSymbol = "unknown_symbol"
        case unknownVenue = "unknown_venue"
        case unknownTrade = "unknown_trade"
        /// Another person must agree.
        case needsApproval = "needs_approval"
        case unknownStrategy = "unknown_strategy"
        case unknownIncident = "unknown_incident"
        case unknownRunbook = "unknown_runbook"
        /// A configuration with problems; the message lists them all.
        case badConfiguration = "bad_configuration"
        case unknownRun = "unknown_run"
        /// Understood, but not in the state the node is in.
        case conflict
        /// Too many connections.
        case busy
        /// A code of a newer node.
        case other
    }

    public var code: Code
    /// What was wrong.
    public var message: String
    /// What would be right.
    public var remedy: String

    public init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    /// Somebody speaks another version.
    public static func unsupported(_ version: Int) -> ControlFault {
        ControlFault(
            .unsupportedVersion, "version \(version) of the protocol is not known here",
            remedy: "this side speaks version \(ControlProtocol.version): use the arbctl built with the node")
    }
}

extension ControlFault: Codable {
    private enum CodingKeys: String, CodingKey { case code, message, remedy }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        code = Code(rawValue: try members.decode(String.self, forKey: .code)) ?? .other
        message = try members.decode(String.self, forKey: .message)
        remedy = try members.decodeIfPresent(String.self, forKey: .remedy) ?? ""
    }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(code.rawValue, forKey: .code)
        try members.encode(message, forKey: .message)
        try members.encode(remedy, forKey: .remedy)
    }
}

extension ControlFault: CustomStringConvertible {
    public var description: String { remedy.isEmpty ? message : "\(message); \(remedy)" }
}
