import Configuration
import Testing

@Suite struct ProblemListTests {
    @Test func `all problems of all files come at once, in order of place`() {
        var source = SampleNode.source
        source.files["config/node.yaml"] = SampleNode.node
            .replacing("node: 7", with: "node: x").replacing("slippage: 2bps", with: "slipage: 2bps")
            .replacing("deadline: 120ms", with: "deadline: 120")
        source.files["config/limits.yaml"] = SampleNode.limits.replacing(
            "book_age: 2s", with: "book_age: soon")
        source.files["venues/okx.yaml"] = SampleNode.okx.replacing("depth: 400", with: "depth: -1")
        let places = source.load().problems.map { "\($0.origin)" }
        #expect(
            places == [
                "config/limits.yaml:8:13", "config/node.yaml:2:7", "config/node.yaml:17:13",
                "config/node.yaml:31:7", "venues/okx.yaml:8:10",
            ])
    }

    @Test func `every duplicate key is listed at its second and third place`() {
        var source = SampleNode.source
        source.files["config/limits.yaml"] =
            SampleNode.limits + "  book_age: 3s\n  \"price_collar\": 1bps\n  book_age: 4s\n"
        let problems = source.load().problems.map(\.description)
        #expect(
            problems == [
                "config/limits.yaml:11:3: duplicate key `book_age`: first set in line 8",
                "config/limits.yaml:12:3: duplicate key `price_collar`: first set in line 7",
                "config/limits.yaml:13:3: duplicate key `book_age`: first set in line 8",
            ])
    }

    @Test func `problems print one a line and as one JSON object`() throws {
        guard
            case .failure(let problems) = TableSource(files: ["a.yaml": "node: \"x\"\nmode: m\n"]).load(
                "a.yaml")
        else {
            Issue.record("nothing of a node is there")
            return
        }
        let lines = problems.description.split(separator: "\n")
        #expect(lines.count == problems.list.count)
        #expect(lines.contains("a.yaml:2:7: `mode`: expected one of dry-run, live, found `m`"))
        let json = problems.json(file: "a.yaml")
        #expect(
            json.hasPrefix("{\"file\":\"a.yaml\",\"problems\":[{\"column\":1,\"file\":\"a.yaml\",\"line\":1,")
        )
        #expect(json.hasSuffix("\"valid\":false}"))
    }

    @Test func `no problem ever repeats what stands beside a secret's key`() {
        var source = SampleNode.source
        source.files["config/node.yaml"] =
            SampleNode.node + "venue_keys:\n  okx: {api_secret: hunter2-hunter2}\n"
        let problems = source.load().problems
        #expect(problems.contains { $0.origin == Origin(file: "config/node.yaml", line: 34, column: 9) })
        #expect(!problems.contains { $0.description.contains("hunter2") })
    }

    @Test(arguments: [
        ("", "is empty"), ("# only a comment\n", "is empty"), ("just text", "expected keys and values"),
        ("- a\n- b\n", "expected keys and values"), ("a: [1, 2", "not valid YAML"),
        ("a: 1\n---\nb: 2\n", "not valid YAML"),
        ("a:\n\t- b", "not valid YAML"), ("a: \"\\ud800\"", "not valid YAML"),
        ("a: \u{7}b", "not valid YAML"),
        (String(repeating: "[", count: 100_000), "not valid YAML"),
        (String(repeating: "{a: ", count: 2_000), "not valid YAML"),
        (String(repeating: "- ", count: 5_000) + "x", "not valid YAML"),
        (String(repeating: "[", count: 300) + String(repeating: "]", count: 300), "nested too deeply"),
    ])
    func `text that is no configuration is refused, however odd`(_ text: String, _ says: String) {
        let problems = TableSource(files: ["a.yaml": text]).load("a.yaml").problems
        #expect(problems.contains { $0.message.contains(says) }, "\(problems.prefix(3).map(\.description))")
    }

    @Test func `aliases that multiply without end are refused`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let items = Array(repeating: "*a\(level - 1)", count: 8).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        let problems = TableSource(files: ["a.yaml": text]).load("a.yaml").problems
        #expect(problems.contains { $0.message.contains("too many values") })
    }

    @Test func `bytes that are not UTF-8 are refused with their line`() {
        var source = TableSource(files: [:])
        source.raw["a.yaml"] = Array("node: 1\nmode: ".utf8) + [0xC3, 0x28] + Array("\n".utf8)
        #expect(source.load("a.yaml").problems.map(\.description) == ["a.yaml:2:1: is not UTF-8 text"])
    }

    @Test func `mutilated configurations load or are refused, and never trap`() {
        var random = SeededDigits(seed: 5)
        let fragments = [
            "\n", ": ", "- ", "{", "}", "[", "]", "&a ", "*a", "\"", "'", "|", ">", "!!int ", "? ", "%", "#",
            "\t", "${",
            "${HOME}", "~", "null", "<<: *a", "---\n", "...\n", "\u{FEFF}", "\u{0}", "\u{2028}", "é", "9e9",
            "-", "include",
        ]
        var refused = 0
        for _ in 0..<3_000 {
            var source = SampleNode.source
            let file = source.files.keys.sorted().randomElement(using: &random) ?? ""
            var scalars = Array((source.files[file] ?? "").unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &random) where !scalars.isEmpty {
                let from = Int.random(in: 0..<scalars.count, using: &random)
                let to = min(scalars.count, from + Int.random(in: 0...12, using: &random))
                let piece = Array((fragments.randomElement(using: &random) ?? "").unicodeScalars)
                scalars.replaceSubrange(from..<to, with: piece)
            }
            source.files[file] = String(String.UnicodeScalarView(scalars))
            if !source.load().problems.isEmpty { refused += 1 }
        }
        #expect(refused > 1_000)
    }
}
