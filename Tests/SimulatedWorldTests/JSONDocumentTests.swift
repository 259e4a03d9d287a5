import Testing

@testable import SimulatedWorld

struct JSONDocumentTests {
    @Test func `a document is read with its numbers' text, its order and its escapes`() throws {
        let text = #"{"a":[1,-0.50,1e3],"b":{"c":"x\"\\\u00e9\ud83d\ude00\n"},"d":null,"e":true,"a":false}"#
        let document = try JSONDocument(text: text)
        #expect(document["a"]?.elements == [.number("1"), .number("-0.50"), .number("1e3")])
        #expect(document["b"]?["c"]?.string == "x\"\\é😀\n")
        #expect(document["d"] == .null)
        #expect(document.members?.map(\.key) == ["a", "b", "d", "e", "a"])
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "01", "1.", "-", "1e", "tru", "\"\u{01}\"", "\"\\x\"", "\"\\ud800\"",
        "[1] x",
        "nan", "{a:1}", "\"abc", "+1", ".5",
    ])
    func `what is not JSON is a fault and not a value`(_ text: String) {
        #expect(throws: JSONDocument.Fault.self) { try JSONDocument(text: text) }
    }

    @Test func `nesting beyond 64 levels and broken UTF-8 are faults`() {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONDocument.Fault.self) { try JSONDocument(deep) }
        #expect(throws: JSONDocument.Fault.self) { try JSONDocument([0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test func `what the writer writes the reader reads back`() throws {
        let bytes = JSONWriter.object { json in
            json.field("text", "q\"\\\u{1}é")
            json.array("list") { json in
                json.integer(-7)
                json.bool(true)
                json.null()
                json.array { _ in }
                json.object { $0.field("n", 5) }
            }
            json.key("price")
            json.decimal(6_183_763, scale: 2, decimals: 8)
            json.key("size")
            json.plain(150_000_000)
        }
        let document = try JSONDocument(bytes)
        #expect(document["text"]?.string == "q\"\\\u{1}é")
        #expect(document["list"]?.elements?.count == 5)
        #expect(document["price"]?.string == "61837.63000000")
        #expect(document["size"]?.string == "1.5")
        var again = JSONWriter()
        again.document(document)
        #expect(again.bytes == bytes)
    }

    @Test func `decimals are spelled to the place, whatever the sign and the scale`() {
        let cases: [(Int64, Int, Int, String)] = [
            (0, 8, 8, "0.00000000"), (5, 8, 8, "0.00000005"), (-5, 8, 8, "-0.00000005"), (123, 2, 1, "1.2"),
            (123, 0, 0, "123"), (0, 0, 0, "0"), (7, 0, 3, "7.000"), (100, 2, 0, "1"), (99, 2, 0, "0"),
        ]
        for (raw, scale, decimals, expected) in cases {
            var bytes: [UInt8] = []
            JSONWriter.append(raw, scale: scale, decimals: decimals, to: &bytes)
            #expect(String(decoding: bytes, as: UTF8.self) == expected)
        }
    }

    @Test func `a query keeps its order and is percent-decoded`() {
        let fields = FormFields("a=1&b=%5B%22X%22%5D&c=x+y&d&a=2")
        #expect(fields["a"] == "1")
        #expect(fields["b"] == "[\"X\"]")
        #expect(fields["c"] == "x y")
        #expect(fields["d"]?.isEmpty == true)
        #expect(fields["e"] == nil)
        let target = RequestTarget("/p/q?x=1?2")
        #expect(target.path == "/p/q")
        #expect(target.query == "x=1?2")
    }
}
