import Testing

/// The rules themselves, against planted breaches: a check that cannot fail checks nothing.
@Suite struct RulesTests {
    private func scan(_ text: String) -> ScannedSource {
        ScannedSource(path: "Sources/X/File.swift", text: text)
    }

    @Test func `comments and strings are not code`() {
        let source = scan(
            ##"""
            let a = "Task {" // Task {
            /* Task { /* nested */ Task { */ let b = #"Task { " \#(Date()) "#
            let c = """
                Task.sleep \(Task.detached) "
                """
            """##)
        #expect(source.lines.count == 5)
        #expect(Rules.calls(source, banned: ["Task {"]).isEmpty)
        #expect(Rules.calls(source, banned: ["Task.sleep"]).isEmpty)
        #expect(Rules.calls(source, banned: ["Date()"]).map(\.line) == [2], "interpolations are code")
        #expect(Rules.calls(source, banned: ["Task.detached"]).map(\.line) == [4])
    }

    @Test(arguments: Rules.escapes)
    func `each escape from the lanes is seen, and lifted by a reason`(call: String) {
        let indented = "func f() {\n    let x = \(call.hasPrefix(".") ? "y" : "")\(call)"
        #expect(
            Rules.calls(scan(indented), banned: Rules.escapes).contains { $0.line == 2 && $0.what == call })
        #expect(Rules.calls(scan(indented + " // sim-ok: a lane"), banned: Rules.escapes).isEmpty)
        #expect(
            !Rules.calls(scan(indented + " // sim-ok:"), banned: Rules.escapes).isEmpty, "without a reason")
    }

    @Test func `longer names are not mistaken for banned ones`() {
        let source = scan(
            "MultiThreadedEventLoopGroup(); LaneThread(); UpDate(); withTask { }; addTask { }; isAsync")
        #expect(Rules.calls(source, banned: Rules.escapes + Rules.impurities).isEmpty)
    }

    @Test func `swallowed errors are seen`() {
        let source = scan(
            """
            do { try a() } catch {}
            do { try a() } catch let error {

            }
            let b = try? c()
            let d = try? c()  // absent: the default stands
            // absent: the default stands
            let e = try? c()
            fatalError()
            try! a()
            """)
        let breaches = Rules.errorHandling(source)
        #expect(
            Set(breaches.map { "\($0.line) \($0.what)" }) == [
                "1 an empty catch", "4 an empty catch", "5 try? without a reason", "9 fatalError", "10 try!",
            ])
    }

    @Test func `banned words are seen in names, not inside of words`() {
        let source = scan(
            "struct OrderManager {}\nenum Implied {}\nstruct ParseHelper {}\n"
                + "class Uncommon {}\nactor XImpl {}"
        )
        #expect(Rules.names(source).map(\.line) == [1, 3, 5])
        #expect(Rules.names(ScannedSource(path: "Sources/X/Price+Utils.swift", text: "")).count == 1)
    }

    @Test func `imports are read whatever stands before them`() {
        let source = scan(
            "import A\n@testable import B\npublic import C\nimport struct D.E\n"
                + "// import F\nlet x = \"import G\""
        )
        #expect(Rules.imports(source).map(\.module) == ["A", "B", "C", "D"])
    }

    @Test func `long functions are measured from their first line to their last brace`() {
        let body = String(repeating: "    x()\n", count: 69)
        #expect(
            Rules.size(scan("func f(\n    a: () -> Void = {}\n) {\n\(body)}\n")).map(\.what) == [
                "a function of 73 lines"
            ])
        #expect(Rules.size(scan("func f() {\n\(body.dropLast(8))}\n")).isEmpty)
        #expect(
            Rules.functions(
                scan("protocol P {\n    func f()\n    init()\n}\nstruct S {\n    init() { f() }\n}")
            ).map(\.start) == [6])
        #expect(Rules.functions(scan("let x = S.init { a }\nself.init(y) { b }")).isEmpty)
    }

    @Test func `long lines and files are seen`() {
        #expect(Rules.size(scan(String(repeating: "x", count: 111))).map(\.what) == ["111 columns"])
        #expect(Rules.size(scan(String(repeating: "x\n", count: 401))).map(\.what) == ["401 lines"])
        #expect(Rules.size(scan(String(repeating: "x\n", count: 400))).isEmpty)
    }

    @Test func `the manifest's lists are read with their products`() {
        let manifest = Manifest(
            """
            let yams = Target.Dependency.product(name: "Yams", package: "Yams")
            let nio: [Target.Dependency] = [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
            room("A"),
            room("B", ["A", yams]),
            executable(
                "c",
                ["A", "B"] + nio),
            """)
        #expect(
            manifest.dependencies == ["A": [], "B": ["A", "Yams"], "c": ["A", "B", "NIOCore", "NIOSSL"]])
    }
}
