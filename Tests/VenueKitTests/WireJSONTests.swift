import Foundation
import Testing

@testable import VenueKit

@Suite struct `Wire JSON` {
    /// Skips the one value in `text`; `nil` when it is accepted.
    func verdict(_ bytes: [UInt8]) -> QuarantineReason? {
        bytes.withUnsafeBytes { buffer in
            do throws(QuarantineReason) {
                var cursor = try WireJSON(buffer)
                try cursor.skip()
                try cursor.finish()
                return nil
            } catch { return error }
        }
    }
    func verdict(_ text: String) -> QuarantineReason? { verdict(Array(text.utf8)) }

    @Test(arguments: [
        "0", "-0", "1.5e+10", "[]", "{}", " [ 1 , 2 ] ", "\"\\u00e9\\n\\/\"", "true", "false", "null",
        "\t\r\n1 ",
        "{\"a\":{\"b\":[1,{\"c\":null}]}}", "\"ü😀\"", "1E5", "\"\u{7F}\"", "{\"\":0}",
    ])
    func `what RFC 8259 allows is read`(text: String) { #expect(verdict(text) == nil) }

    static let refused: [(String, QuarantineReason)] = [
        ("", .empty), (" \n", .empty), ("<html>", .html), (" <!DOCTYPE html>", .html), ("01", .malformedJSON),
        ("1.", .malformedJSON), (".5", .malformedJSON), ("-", .malformedJSON), ("1e", .malformedJSON),
        ("+1", .malformedJSON), ("1e+", .malformedJSON), ("--1", .malformedJSON), ("NaN", .malformedJSON),
        ("Infinity", .malformedJSON), ("[1,]", .malformedJSON), ("[,1]", .malformedJSON),
        ("[1 2]", .malformedJSON),
        ("{\"a\":1,}", .malformedJSON), ("{\"a\" 1}", .malformedJSON), ("{a:1}", .wrongType),
        ("{1:1}", .wrongType),
        ("[1}", .malformedJSON), ("{\"a\":1]", .malformedJSON), ("tru", .malformedJSON),
        ("nul", .malformedJSON),
        ("\"\\x\"", .malformedJSON), ("\"\\u12G4\"", .malformedJSON), ("\"a\nb\"", .malformedJSON),
        ("\"abc", .truncated), ("\"abc\\", .truncated), ("\"\\u12", .truncated), ("[1", .truncated),
        ("{\"a\"", .truncated), ("{\"a\":", .truncated), ("1 2", .malformedJSON), ("{}{}", .malformedJSON),
        ("[]]", .malformedJSON), ("'a'", .malformedJSON), ("/* */1", .malformedJSON),
    ]
    @Test(arguments: refused)
    func `what RFC 8259 forbids is refused`(text: String, reason: QuarantineReason) {
        #expect(verdict(text) == reason)
    }

    @Test func `nesting has a limit`() {
        let deep = WireJSON.maximumDepth
        #expect(verdict(String(repeating: "[", count: deep) + String(repeating: "]", count: deep)) == nil)
        #expect(verdict(String(repeating: "[", count: deep + 1)) == .tooDeep)
        #expect(verdict(String(repeating: "{\"a\":", count: 1_000_000)) == .tooDeep)
    }

    @Test func `bytes that are not UTF-8 are refused wherever they stand`() {
        let bad: [[UInt8]] = [
            [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80],
        ]
        for bytes in bad {
            for padding in 0...17 {
                let text = Array("\"".utf8) + Array(repeating: UInt8(ascii: "x"), count: padding) + bytes
                #expect(verdict(text + Array("\"".utf8)) == .notUTF8)
            }
        }
    }

    @Test func `a frame of 64 MiB is refused unread`() {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 64 << 20)
        #expect(verdict(bytes) == .oversized)
    }

    func integer(_ text: String) throws(QuarantineReason) -> Int64 {
        let result: Result<Int64, QuarantineReason> = Array(text.utf8).withUnsafeBytes { buffer in
            do throws(QuarantineReason) {
                var cursor = try WireJSON(buffer)
                return .success(try cursor.integer())
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    @Test(arguments: [
        ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min), ("\"12\"", 12), ("0", 0),
    ])
    func `integers are exact to the ends of their range`(text: String, value: Int64) throws {
        #expect(try integer(text) == value)
    }

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "1.0", "1e3", "\"\"", "\"-\"", "\"1 \"", "\"a\"",
        "99999999999999999999999999",
    ])
    func `integers that do not fit are refused`(text: String) {
        #expect(throws: QuarantineReason.badNumber) { try integer(text) }
    }

    @Test func `random damage never makes the reader accept what Foundation refuses`() {
        var random = SplitMix(state: 5)
        let seed = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",true,null,{"b":""}],"c":0.10}"#.utf8)
        let alphabet = Array("{}[]\":,0123456789.eE+-tfn\\u \u{1}".utf8)
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0...Int.random(in: 0...2, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                if Bool.random(using: &random) {
                    bytes[index] = alphabet.randomElement(using: &random) ?? 0
                } else {
                    bytes.remove(at: index)
                }
            }
            guard verdict(bytes) == nil else { continue }
            accepted += 1
            let read = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            #expect(read != nil, "accepted \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(accepted > 500)
    }

    @Test func `trees keep number text and decode escapes`() throws {
        let tree = try JSONTree(Array(#"{"a":"\u00e9\ud83d\ude00\"\\\/\b","n":0.10,"l":[true,null]}"#.utf8))
        #expect(tree["a"]?.text == "é😀\"\\/\u{8}")
        #expect(tree["n"]?.text == "0.10")
        #expect(tree["l"]?[0]?.isTrue == true)
        #expect(tree["l"]?[1] == .null)
        #expect(tree["l"]?[2] == nil)
        #expect(tree["none"] == nil)
    }

    @Test(arguments: [#"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"{"x":{"b":1,"c":2,"b":3}}"#])
    func `trees refuse duplicate keys, however spelled`(text: String) {
        #expect(throws: QuarantineReason.duplicateKey) { try JSONTree(Array(text.utf8)) }
    }

    @Test(arguments: ["\"\\ud83d\"", "\"\\ude00x\"", "\"\\ud83d\\n\""])
    func `lone surrogates become replacement characters`(text: String) throws {
        #expect(try JSONTree(Array(text.utf8)).text?.contains("\u{FFFD}") == true)
    }
}
