import FoundationEssentials

/// What `arbctl` and a running node agree on: one JSON object a line, a request up, an answer down, in order.
///
///     {"version":1,"command":"books","arguments":{"symbol":"BTC-USDT"}}
///     {"version":1,"answer":{…}}  or  {"version":1,"error":{"code":"unknown_symbol","message":"…"}}
///
/// Members are lower_snake_case; money, prices and quantities are decimal strings; `…_ns` are integers.
public enum ControlProtocol {
    public static let version = 1
    /// Bytes of a request, its newline apart.
    public static let longestRequest = 65_536
    /// Bytes of an answer that a client still reads.
    public static let longestAnswer = 16 << 20
    /// Characters of a reason.
    public static let longestReason = 500

    /// One line without its newline: JSON text escapes the newlines it holds.
    public static func line(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    public static func read<Value: Decodable>(_ type: Value.Type, from line: [UInt8]) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(line))
    }
}

/// What comes back for one request.
public enum ControlReply<Answer: Codable & Sendable>: Sendable {
    case answer(Answer)
    case fault(ControlFault)

    public func get() throws(ControlFault) -> Answer {
        switch self {
        case .answer(let answer): return answer
        case .fault(let fault): throw fault
        }
    }
}

extension ControlReply: Codable {
    private enum CodingKeys: String, CodingKey { case version, answer, error }

    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let version = try members.decode(Int.self, forKey: .version)
        if let fault = try members.decodeIfPresent(ControlFault.self, forKey: .error) {
            self = .fault(fault)
        } else if version != ControlProtocol.version {
            self = .fault(.unsupported(version))
        } else {
            self = .answer(try members.decode(Answer.self, forKey: .answer))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(ControlProtocol.version, forKey: .version)
        switch self {
        case .answer(let answer): try members.encode(answer, forKey: .answer)
        case .fault(let fault): try members.encode(fault, forKey: .error)
        }
    }
}
