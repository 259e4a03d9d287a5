import Ports
import TradingModel

/// Questions after orders, many at a time where the venue's allowance for questions is small.
extension VenueConnector {
    struct OrderQuestion: Sendable {
        var order: OrderReference
        var answer: CheckedContinuation<QueryAnswer, Never>
    }

    /// Asks after one order; `absent` only if every endpoint that could know it says so.
    public func query(_ order: OrderReference) async -> QueryAnswer {
        guard let access else { return .ambiguous(code: "no-keys") }
        guard order.venueOrderID.isEmpty, dialect.closedOrders(stamp(), access) != nil else {
            return await queryAlone(order, access)
        }
        return await withCheckedContinuation { continuation in
            guard looks.add(OrderQuestion(order: order, answer: continuation)) else { return }
            Task(executorPreference: lane) { await self.look(access) }
        }
    }

    private func look(_ access: VenueAccess) async {
        while let questions = looks.next() {
            if questions.count == 1 {
                questions[0].answer.resume(returning: await queryAlone(questions[0].order, access))
            } else {
                await lookTogether(questions, access)
            }
        }
    }

    /// Open orders first and closed ones second, as for a single order: one that closes in between is seen.
    private func lookTogether(_ questions: [OrderQuestion], _ access: VenueAccess) async {
        let open = await outcome(.query) { stamp, dialect in
            dialect.openOrders(questions[0].order.instrument, stamp, access)
        }
        let rest = settle(questions, by: open)
        guard !rest.isEmpty else { return }
        let closed = await outcome(.query) { stamp, dialect in
            guard let plan = dialect.closedOrders(stamp, access) else {
                preconditionFailure("only a venue that lists closed orders is looked at together")
            }
            return plan
        }
        for question in rest {
            var answer = dialect.decodeListed(closed, question.order)
            // An account with a past has more closed orders than one page: the next look would tell no more.
            if answer == .ambiguous(code: QueryAnswer.listGoesOn) {
                answer = await queryAlone(question.order, access)
            }
            question.answer.resume(returning: answer)
        }
    }

    /// Answers whom the open orders show; the others are left over.
    private func settle(_ questions: [OrderQuestion], by open: RequestOutcome) -> [OrderQuestion] {
        questions.filter { question in
            let answer = dialect.decodeListed(open, question.order)
            guard !dialect.needsQueryFallback(answer) else { return true }
            question.answer.resume(returning: answer)
            return false
        }
    }

    private func queryAlone(_ order: OrderReference, _ access: VenueAccess) async -> QueryAnswer {
        let first = await outcome(.query) { stamp, dialect in dialect.query(order, stamp, access) }
        let answer = dialect.decodeQuery(first, of: order)
        guard dialect.needsQueryFallback(answer), dialect.queryFallback(order, stamp(), access) != nil else {
            return answer
        }
        let second = await outcome(.query) { stamp, dialect in
            dialect.queryFallback(order, stamp, access) ?? dialect.query(order, stamp, access)
        }
        return dialect.decodeQuery(second, of: order)
    }
}
