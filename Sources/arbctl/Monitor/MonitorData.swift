import Control

/// Everything the monitor shows, as the node last answered. What a page does not need is not asked for.
struct MonitorData {
    var status = StatusAnswer()
    var riskIndex: RiskIndexAnswer?
    var books: [BooksAnswer] = []
    var positions = PositionsAnswer()
    var hedges = HedgesAnswer()
    var orders = OrdersAnswer()
    var venues = VenuesAnswer()
    var heartbeats = HeartbeatsAnswer()
    var latency = LatencyAnswer()
    var incidents = IncidentsAnswer()
    var selfCheck = SelfCheckAnswer()
    /// Why the node does not answer now; what stands here is then old.
    var fault: String?

    /// Books are the largest answers: more symbols than this are left to `arbctl books`.
    static let symbols = 12

    /// One question after another. A command that this node does not know, or refuses now, leaves its part as
    /// it was; without an answer at all it throws.
    mutating func refresh(_ page: MonitorPage, _ ask: any Asking) throws {
        status = try ask.unlessRefused(.status) ?? status
        positions = try ask.unlessRefused(.positions) ?? positions
        riskIndex = try ask.unlessRefused(.riskIndex(target: nil, reason: "")) ?? riskIndex
        incidents = try ask.unlessRefused(.incidents) ?? incidents
        heartbeats = try ask.unlessRefused(.heartbeats) ?? heartbeats
        switch page {
        case .overview, .books:
            books = try positions.instruments.prefix(MonitorData.symbols).compactMap {
                try ask.unlessRefused(.books(symbol: $0.symbol))
            }
        case .hedges: hedges = try ask.unlessRefused(.hedges) ?? hedges
        case .orders: orders = try ask.unlessRefused(.orders(onlyUnknown: false)) ?? orders
        case .venues: venues = try ask.unlessRefused(.venues) ?? venues
        case .health: selfCheck = try ask.unlessRefused(.selfCheck(now: false)) ?? selfCheck
        case .latency: latency = try ask.unlessRefused(.latency) ?? latency
        case .positions, .incidents: break
        }
    }
}

/// Whoever answers commands.
protocol Asking {
    func ask<Answer: Codable & Sendable>(_ command: ControlCommand, _ type: Answer.Type) throws -> Answer
}

extension Asking {
    /// `nil`: the node knows no such command, or refuses it now.
    fileprivate func unlessRefused<Answer: Codable & Sendable>(_ command: ControlCommand) throws -> Answer? {
        do { return try ask(command, Answer.self) } catch is ControlFault { return nil }
    }
}
