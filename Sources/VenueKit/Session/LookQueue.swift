/// Questions that one look answers. Those that come while a look is under way share the next one: an answer
/// must be younger than its question.
public struct LookQueue<Question: Sendable>: Sendable {
    private var waiting: [Question] = []
    private var isLooking = false

    public init() {}

    /// `true`: nobody looks, and the caller does from here on, until `next` has nothing more.
    public mutating func add(_ question: Question) -> Bool {
        waiting.append(question)
        defer { isLooking = true }
        return !isLooking
    }

    /// What the next look is for; `nil`: the looking is over.
    public mutating func next() -> [Question]? {
        guard !waiting.isEmpty else {
            isLooking = false
            return nil
        }
        defer { waiting.removeAll() }
        return waiting
    }
}
