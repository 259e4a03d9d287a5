import Orders
import Testing
import TradingModel

@Suite struct `The life of an order` {
    /// The whole table, one row a state, one column an event, in the order of `allCases`. `!` marks what
    /// contradicts the venue's own proof, `×` what only our own code could cause, `·` no change.
    static let sketch = """
        .        sent unsent accepted refused   lost    part     complete filled  canceled  expired   absent
        NEW      SENT ABSENT ACKED    REJECTED  UNKNOWN PARTIAL  FILLED   FILLED  CANCELED  EXPIRED   ABSENT
        SENT     ×    ABSENT ACKED    REJECTED  UNKNOWN PARTIAL  FILLED   FILLED  CANCELED  EXPIRED   ABSENT
        ACKED    ×    ×      ·        REJECTED  ·       PARTIAL  FILLED   FILLED  CANCELED  EXPIRED   UNKNOWN
        PARTIAL  ×    ×      ·        !CANCELED ·       ·        FILLED   FILLED  CANCELED  EXPIRED   UNKNOWN
        UNKNOWN  ×    ×      ACKED    REJECTED  ·       PARTIAL  FILLED   FILLED  CANCELED  EXPIRED   ABSENT
        FILLED   ×    ×      ·        !FILLED   ·       ·        ·        ·       ·         ·         !FILLED
        CANCELED ×    ×      ·        ·         ·       ·        FILLED   FILLED  ·         ·         ·
        EXPIRED  ×    ×      ·        ·         ·       ·        FILLED   FILLED  ·         ·         ·
        REJECTED ×    ×      !ACKED   ·         ·       !PARTIAL !FILLED  !FILLED ·         ·         ·
        ABSENT   ×    ×      !ACKED   ·         ·       !PARTIAL !FILLED  !FILLED !CANCELED !CANCELED ·
        """

    @Test func `is exactly the sketched table`() throws {
        let rows = Self.sketch.split(separator: "\n").dropFirst().map {
            $0.split(separator: " ").map(String.init)
        }
        #expect(rows.count == OrderState.allCases.count)
        for row in rows {
            let state = try #require(OrderState.allCases.first { $0.name == row[0] })
            for (event, cell) in zip(OrderEvent.allCases, row.dropFirst()) {
                #expect(Self.spell(OrderLifecycle.transition(state, event)) == cell, "\(state) \(event)")
            }
            #expect(row.count == OrderEvent.allCases.count + 1)
        }
    }

    private static func spell(_ transition: Transition) -> String {
        switch transition {
        case .to(let state): state.name
        case .stay: "·"
        case .surprising(let state): "!" + state.name
        case .impossible: "×"
        }
    }

    @Test func `never leaves UNKNOWN without evidence`() {
        let evidence: Set<OrderEvent> = [
            .accepted, .refused, .partFilled, .completed, .reportedFilled, .reportedCanceled,
            .reportedExpired,
            .provenAbsent,
        ]
        for event in OrderEvent.allCases where !evidence.contains(event) {
            let transition = OrderLifecycle.transition(.unknown, event)
            #expect(transition == .stay || transition == .impossible, "\(event)")
        }
    }

    @Test func `books a fill from every state`() {
        for state in OrderState.allCases {
            #expect(OrderLifecycle.transition(state, .partFilled) != .impossible, "\(state)")
            #expect(OrderLifecycle.transition(state, .completed) != .impossible, "\(state)")
        }
    }
}
