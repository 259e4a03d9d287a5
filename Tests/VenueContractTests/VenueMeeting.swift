import Books
import COpenSSL
import Configuration
import Foundation
import Ports
import SimulatedWorld
import Testing
import TradingModel
import VenueKit

/// One dialect and one double of the same venue in virtual time: what the connector would carry between them
/// is carried here by hand, byte for byte.
final class VenueMeeting {
    let venue: String
    var dialect: any VenueDialect
    let double: any VenueDouble
    private(set) var now = Moment(nanoseconds: 1_790_000_000_000_000_000)
    private var nonce: UInt64 = 1_790_000_000_000
    private var arrived: [Int: [[UInt8]]] = [:]
    private(set) var closings: [String] = []
    private var token = ""

    static let key = "test-key"
    static let secret = "dGVzdC1zZWNyZXQ="
    static let phrase = "test-phrase"
    let access = VenueAccess(
        apiKey: key, passphrase: phrase, signer: MeetingSigner(secret: VenueMeeting.secret))

    /// - Parameter isInstitutional: for Bybit's disconnection protection.
    init(_ venue: String, isInstitutional: Bool = false) throws {
        self.venue = venue
        var account = DoubleCatalog.demoAccount(
            apiKey: VenueMeeting.key, secret: VenueMeeting.secret, passphrase: VenueMeeting.phrase)
        account.isInstitutional = isInstitutional
        double = try #require(
            DoubleCatalog.make(
                venue: venue, seed: 5, instruments: DoubleCatalog.demoInstruments,
                account: account, start: now))
        dialect = try VenueMeeting.dialect(venue)
        if isInstitutional {
            var profile = dialect.profile
            profile.deadMan = DeadManRule(
                trigger: .disconnection, window: .seconds(30), refresh: .seconds(15))
            dialect = BybitDialect(profile: profile, symbols: dialect.symbols)
        }
    }

    static func dialect(_ venue: String) throws -> any VenueDialect {
        try #require(DialectCatalog.make(try profile(venue), listings(venue)))
    }

    /// The shipped venue file: what is tested is what runs. Only its addresses lead to the double.
    static func profile(_ venue: String) throws -> VenueProfile {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var profile = try VenueSheet.load(path: "\(root.path)/venues/\(venue).yaml").get().profile
        profile.restOrigin = "https://venue.test"
        let paths: [String: (open: String, account: String)] = [
            "binance-spot": ("", "/ws-api/v3"), "okx": ("/ws/v5/public", "/ws/v5/private"),
            "okx-swap": ("/ws/v5/public", "/ws/v5/private"),
            "bybit": ("/v5/public/spot", "/v5/private"), "kraken": ("/v2", "/v2"),
            "bybit-linear": ("/v5/public/linear", "/v5/private"),
        ]
        let path = try #require(paths[venue])
        profile.publicURL = "wss://venue.test" + path.open
        profile.privateURL = "wss://venue.test" + path.account
        return profile
    }

    private static func listings(_ venue: String) -> [Listing] {
        let joint = ["okx": "-", "okx-swap": "-", "kraken": "/"][venue] ?? ""
        let contracts = ["okx-swap": [2, 1], "bybit-linear": [0, 0]][venue]
        return ["BTC", "ETH"].enumerated().map { index, base in
            Listing(
                venue: VenueID(0),
                instrument: Instrument(
                    id: InstrumentID(index), base: Asset(base), quote: Asset("USDT"), priceScale: 8,
                    quantityScale: 8),
                symbol: base + joint + "USDT" + (venue == "okx-swap" ? "-SWAP" : ""),
                tick: Price(raw: 10_000_000), lot: Quantity(raw: 1000),
                minimumQuantity: Quantity(raw: 1000), maximumQuantity: Quantity(raw: 1 << 60),
                minimumNotional: .zero, takerFee: .zero, makerFee: .zero, buyFeeInBase: joint != "/",
                kind: contracts.map { .perpetual(contractDecimals: $0[index]) } ?? .spot)
        }
    }

    var isPerpetual: Bool { dialect.profile.perpetual != nil }

    // MARK: Time and bytes

    var stamp: RequestStamp {
        nonce += 1
        return RequestStamp(venueTime: now, nonce: nonce)
    }

    func wait(_ span: Span) {
        let end = now + span
        while now < end {
            now = min(end, now + .milliseconds(10))
            double.advance(to: now)
            collect()
        }
    }

    private func collect() {
        for frame in double.takeOutgoing() {
            switch frame.content {
            case .text(let bytes): arrived[frame.connection, default: []].append(bytes)
            case .close(let code, let reason): closings.append("\(frame.connection): \(code) \(reason)")
            case .ping: break
            }
        }
    }

    func take(_ connection: Int) -> [[UInt8]] {
        defer { arrived[connection] = nil }
        return arrived[connection] ?? []
    }

    func open(_ connection: Int, _ url: String) {
        double.opened(connection, path: String(url.dropFirst("wss://venue.test".count)), at: now)
        collect()
    }

    func say(_ text: [UInt8], on connection: Int) {
        double.received(text, on: connection, at: now)
        collect()
    }

    func ask(_ plan: RequestPlan) -> HTTPResponse {
        wait(.milliseconds(20))
        let answer = double.respond(
            to: DoubleRequest(
                method: plan.method, target: plan.target,
                headers: plan.headers.map { ($0.name.lowercased(), $0.value) }, body: plan.body), at: now)
        collect()
        return HTTPResponse(
            status: answer.status, headers: answer.headers.map { HTTPHeader($0.name, $0.value) },
            body: answer.body, sentAt: now, receivedAt: now)
    }

    // MARK: The dialect's errands

    func place(_ order: OrderIntent) -> PlaceAnswer {
        dialect.decodePlace(.response(ask(dialect.place(order, stamp, access))))
    }

    func cancel(_ order: OrderReference) -> CancelAnswer {
        dialect.decodeCancel(.response(ask(dialect.cancel(order, stamp, access))))
    }

    func query(_ order: OrderReference) -> QueryAnswer {
        let first = dialect.decodeQuery(.response(ask(dialect.query(order, stamp, access))), of: order)
        guard dialect.needsQueryFallback(first), let second = dialect.queryFallback(order, stamp, access)
        else { return first }
        return dialect.decodeQuery(.response(ask(second)), of: order)
    }

    /// Opens the private stream; whether it became ready.
    func login() throws -> Bool {
        if let plan = dialect.privateTokenRequest(stamp, access) {
            token = try dialect.decodePrivateToken(ask(plan))
        }
        open(2, dialect.privateStream())
        for frame in dialect.privateLogin(stamp, access, token: token) { say(frame, on: 2) }
        var isReady = false
        for _ in 0..<5 {
            wait(.milliseconds(100))
            for frame in privateFrames() {
                isReady = isReady || frame.ready
                for reply in frame.replies { say(reply, on: 2) }
            }
        }
        return isReady
    }

    func privateFrames() -> [PrivateFrame] {
        take(2).map { bytes in
            let frame = bytes.withUnsafeBytes { dialect.decodePrivate($0, token: token) }
            if frame.quarantine != nil || frame.refused != nil {
                let why = frame.quarantine?.rawValue ?? frame.refused ?? ""
                Issue.record("\(venue), \(why): \(String(decoding: bytes, as: UTF8.self))")
            }
            return frame
        }
    }
}

/// OpenSSL's hashes: the doubles verify with code of their own.
struct MeetingSigner: Signer {
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
