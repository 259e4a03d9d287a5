import Foundation
import Testing
import TradingModel

@testable import VenueKit

@Suite struct `Encoding` {
    @Test func `base64 agrees with Foundation both ways for every length`() {
        var random = SplitMix(state: 1)
        for count in 0...200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let expected = Data(bytes).base64EncodedString()
            #expect(Base64.encode(bytes) == expected)
            #expect(Base64.decode(expected) == bytes)
        }
    }

    @Test(arguments: [
        "A", "AA", "AAA", "A===", "====", "=AAA", "AA=A", "AB==", "AAB=", "AA-_", "AAAA\n", "AAAA====",
    ])
    func `base64 that is not canonical is refused`(text: String) { #expect(Base64.decode(text) == nil) }

    @Test func `hex is two lower-case digits a byte`() {
        #expect(Hex.encode([]) == "")
        #expect(Hex.encode([0, 1, 0x0F, 0x10, 0xAB, 0xFF]) == "00010f10abff")
    }

    @Test func `percent encoding keeps the unreserved characters alone`() {
        #expect(PercentEncoding.encode("AZaz09-._~") == "AZaz09-._~")
        #expect(PercentEncoding.encode("[\"A\",\"B\"] &=+/%") == "%5B%22A%22%2C%22B%22%5D%20%26%3D%2B%2F%25")
        #expect(PercentEncoding.encode("ü") == "%C3%BC")
    }

    @Test func `time stamps agree with Foundation from 1700 to 2250`() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.calendar = Calendar(identifier: .iso8601)
        formatter.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
        var random = SplitMix(state: 2)
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -8_500_000_000...8_800_000_000, using: &random)
            let milliseconds = Int64.random(in: 0...999, using: &random)
            let moment = Moment(nanoseconds: seconds * 1_000_000_000 + milliseconds * 1_000_000 + 999_999)
            let digits = String(milliseconds + 1_000).dropFirst()
            let expected =
                formatter.string(from: Date(timeIntervalSince1970: Double(seconds))) + ".\(digits)Z"
            #expect(Timestamp.iso8601Milliseconds(moment) == expected)
        }
    }

    @Test(arguments: [Int64.min, -1, 0, 1, Int64.max])
    func `time stamps of extreme moments do not trap`(nanoseconds: Int64) {
        #expect(Timestamp.iso8601Milliseconds(Moment(nanoseconds: nanoseconds)).hasSuffix("Z"))
    }

    @Test func `leap days are days`() {
        let moment = Moment(nanoseconds: 1_709_210_096_789_000_000)
        #expect(Timestamp.iso8601Milliseconds(moment) == "2024-02-29T12:34:56.789Z")
    }

    @Test(arguments: ["", "plain", "a\"b\\c", "line\nbreak\ttab\u{0}\u{1F}", "ünïcødé 😀", "\u{7F}"])
    func `quoted text is JSON that Foundation reads back`(text: String) throws {
        let array = Data("[\(JSONText.quoted(text))]".utf8)
        let decoded = try JSONDecoder().decode([String].self, from: array)
        #expect(decoded == [text])
    }
}
