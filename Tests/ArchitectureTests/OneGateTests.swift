import Testing

/// One call sends an order, and nothing reaches it that the governor has not judged: read off the sources.
@Suite struct `One gate` {
    private let sources: [ScannedSource]

    init() throws { sources = try House.sources(in: "Sources") }

    /// `path:line` of code that holds `text`, in these rooms.
    private func sites(_ text: String, in rooms: [String]) -> [String] {
        sources.filter { rooms.contains(House.room(of: $0)) }.flatMap { source in
            source.lines.indices.filter { source.lines[$0].code.contains(text) }.map {
                "\(source.path.split(separator: "/").last ?? ""):\(source.lines[$0].code.trimmed)"
            }
        }
    }

    private static let product = ["Engine", "Node", "VenueKit", "Console", "arbnode", "Orders", "Risk"]

    @Test func `one call hands an order to a venue, and only a transmit directive leads there`() {
        #expect(sites("connector.place(", in: Self.product).count == 1)
        #expect(
            sites("transmit(intent)", in: ["Node"]) == [
                "TradingDesk+Directives.swift:case .transmit(let intent): transmit(intent)"
            ])
    }

    @Test func `a transmit directive is made where an order has become durable, planted defects apart`() {
        let made = sites("append(.transmit(", in: Self.product)
        #expect(made.count == 4, "\(made)")
        let planted = sources.filter { House.room(of: $0) == "Engine" }.flatMap { source in
            source.lines.indices.filter { index in
                source.lines[index].code.contains("append(.transmit(")
                    && source.lines[max(0, index - 2)...index].contains { $0.code.contains("planted(") }
            }
        }
        #expect(planted.count == 2, "two of the four are planted defects, one is a warrant's leg")
    }

    @Test func `the governor judges in one place, and whatever is submitted was let go by it`() throws {
        #expect(sites("governor.judge(", in: Self.product).count == 1)
        let engine = sources.filter { House.room(of: $0) == "Engine" }
        var submitting = 0
        for source in engine {
            for index in source.lines.indices {
                let code = source.lines[index].code
                guard code.contains("submit(") || code.contains("submitInTurn("), !code.contains("func ")
                else {
                    continue
                }
                submitting += 1
                let before = source.lines[max(0, index - 30)..<index].map(\.code).joined()
                let isJudged = before.contains("mayGo(")
                // The scarcer leg first: handed on by a caller that is judged; and a planted defect.
                let isHandedOn = before.contains("func submitInTurn(") || before.contains("func hedgeAgain(")
                #expect(isJudged || isHandedOn, "\(source.path):\(index + 1)")
            }
        }
        #expect(submitting == 8, "\(submitting)")
        #expect(sites("orders.insert(", in: ["Engine"]).count >= 1)
    }
}

extension String {
    fileprivate var trimmed: String {
        var rest = Substring(self)
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        return String(rest)
    }
}
