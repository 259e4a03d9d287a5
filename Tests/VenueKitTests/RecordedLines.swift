import Foundation
import TradingModel

@testable import VenueKit

extension SharedMaterial {
    struct Line {
        var channel: String
        var payload: [UInt8]
    }

    /// A recording's lines after its header, cut as bytes: one file here has 100,000 of them.
    static func lines(_ recording: String) throws -> [Line] {
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", root.appendingPathComponent("recordings/" + recording).path]
        let pipe = Pipe()
        gzip.standardOutput = pipe
        try gzip.run()
        let data = [UInt8](pipe.fileHandleForReading.readDataToEndOfFile())
        gzip.waitUntilExit()
        return data.split(separator: UInt8(ascii: "\n")).dropFirst().compactMap { line in
            let parts = line.split(
                separator: UInt8(ascii: "\t"), maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return nil }
            return Line(channel: String(decoding: parts[1], as: UTF8.self), payload: [UInt8](parts[2]))
        }
    }

    /// The JSON at the end of a documented example (`fixtures/jkorf`): what stands before it are request
    /// lines.
    static func example(_ path: String) throws -> String {
        let lines = try text("fixtures/jkorf/" + path).split(
            separator: "\n", omittingEmptySubsequences: false)
        let start = lines.firstIndex { $0.hasPrefix("{") || $0.hasPrefix("[") } ?? lines.endIndex
        return lines[start...].joined(separator: "\n")
    }

    static let hasExamples = has("fixtures/jkorf")
}

/// A levels oracle: Foundation's JSON and decimal arithmetic, which share nothing with the decoder.
enum LevelOracle {
    struct Level: Hashable {
        var price: Decimal
        var quantity: Decimal
    }

    static func object(_ payload: [UInt8]) throws -> [String: Any]? {
        try JSONSerialization.jsonObject(with: Data(payload)) as? [String: Any]
    }

    static func levels(_ value: Any?) -> [Level] {
        (value as? [[String]] ?? []).map { level in
            Level(price: Decimal(string: level[0]) ?? .nan, quantity: Decimal(string: level[1]) ?? .nan)
        }
    }

    static func levels(_ changes: [LevelChange], of instrument: Instrument) -> [Level] {
        changes.map { change in
            Level(
                price: Decimal(change.price.raw) / pow(10, instrument.priceScale),
                quantity: Decimal(change.quantity.raw) / pow(10, instrument.quantityScale))
        }
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
