import COpenSSL
import Foundation
import Ports
import TradingModel

@testable import VenueKit

/// What the tests of every dialect stand on: instruments, a profile, a real signer, and short ways to feed
/// bytes.
enum DialectStand {
    static func instrument(
        _ id: Int, _ base: String, _ quote: String, price: Int = 2, quantity: Int = 8
    ) -> Instrument {
        Instrument(
            id: InstrumentID(id), base: Asset(base), quote: Asset(quote), priceScale: price,
            quantityScale: quantity)
    }

    static func listing(_ instrument: Instrument, _ symbol: String) -> Listing {
        Listing(
            venue: VenueID(0), instrument: instrument, symbol: symbol, tick: Price(raw: 1),
            lot: Quantity(raw: 1),
            minimumQuantity: Quantity(raw: 1), maximumQuantity: Quantity(raw: 1 << 60),
            minimumNotional: .zero,
            takerFee: .zero, makerFee: .zero, buyFeeInBase: false)
    }

    static func profile(
        _ name: String, proof: BookProof, ambiguous: Set<String> = [], duplicates: Set<String> = [],
        refusedStatuses: Set<Int> = [], deadMan: DeadManRule? = nil
    ) -> VenueProfile {
        VenueProfile(
            name: name, restOrigin: "https://rest.example", publicURL: "wss://public.example/ws",
            privateURL: "wss://private.example/ws", proof: proof, bookDepth: 100, receiveWindow: .seconds(5),
            retryClass: .queryFirst, ambiguousCodes: ambiguous, duplicateCodes: duplicates,
            refusedStatuses: refusedStatuses,
            budget: RateBudgetRule(capacity: 100, window: .seconds(1), reserve: 10),
            keepAliveEvery: .seconds(15), silence: .seconds(30), deadMan: deadMan)
    }

    static let id = ClientOrderID(epoch: 7, node: 1, strategy: 2, intent: 12_345, leg: 1, attempt: 0)

    static func stamp(milliseconds: Int64, nonce: UInt64 = 1) -> RequestStamp {
        RequestStamp(venueTime: Moment(nanoseconds: milliseconds * 1_000_000), nonce: nonce)
    }

    static func access(key: String = "key", passphrase: String = "", secret: String = "c2VjcmV0")
        -> VenueAccess
    {
        VenueAccess(apiKey: key, passphrase: passphrase, signer: StandSigner(secret: secret))
    }

    static func response(_ body: String, status: Int = 200, headers: [HTTPHeader] = []) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: headers, body: Array(body.utf8), sentAt: .distantPast,
            receivedAt: .distantPast)
    }

    static func outcome(_ body: String, status: Int = 200) -> RequestOutcome {
        .response(response(body, status: status))
    }

    /// The JSON of a frame that a dialect wants to send.
    static func json(_ bytes: [UInt8]) throws -> JSONTree { try JSONTree(bytes) }
}

extension VenueDialect {
    mutating func publicFrame(_ text: String) -> PublicFrame { publicFrame(Array(text.utf8)) }

    mutating func publicFrame(_ bytes: [UInt8]) -> PublicFrame {
        var frame = PublicFrame()
        bytes.withUnsafeBytes { decodePublic($0, into: &frame) }
        return frame
    }

    mutating func privateFrame(_ text: String) -> PrivateFrame {
        Array(text.utf8).withUnsafeBytes { decodePrivate($0, token: "token") }
    }
}

extension RequestPlan {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// OpenSSL's hashes, keyed as the port demands: the production signer lives in another room.
struct StandSigner: Signer {
    let secret: String

    func hmacSHA256(_ message: [UInt8]) -> [UInt8] { hmac(EVP_sha256(), Array(secret.utf8), message, 32) }

    func hmacSHA512(_ message: [UInt8]) -> [UInt8] {
        hmac(EVP_sha512(), Array(Data(base64Encoded: secret) ?? Data()), message, 64)
    }

    func sha256(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        SHA256(message, message.count, &digest)
        return digest
    }

    private func hmac(_ kind: OpaquePointer?, _ key: [UInt8], _ message: [UInt8], _ length: Int) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: length)
        var written: UInt32 = 0
        HMAC(kind, key, Int32(key.count), message, message.count, &digest, &written)
        return digest
    }
}

/// The shared read-only material: recordings, fixtures, vectors. Absent on a plain clone, then its tests are
/// skipped.
enum SharedMaterial {
    static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["ARBNODE_SHARED"] {
            return URL(fileURLWithPath: path)
        }
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        let package = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared")
    }()

    static func has(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
}
