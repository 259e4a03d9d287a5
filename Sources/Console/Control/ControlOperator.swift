import Control
import Glibc
import Node

/// Who answers what comes over a control socket.
protocol ControlAnswering: Sendable {
    var tally: ControlTally { get }
    /// The answer to one line of a user's.
    func answer(_ line: [UInt8], from user: UInt32) async -> [UInt8]
}

/// Carries out requests at the desk, each in one step on its lane, and spells the answers.
public struct ControlOperator: ControlAnswering {
    private let desk: TradingDesk
    private let watchkeeper: Watchkeeper?
    private let services: NodeServices
    let tally = ControlTally()

    /// - Parameter watchkeeper: takes what must not wait for the desk; without one, the desk does.
    public init(
        _ desk: TradingDesk, watchkeeper: Watchkeeper? = nil, services: NodeServices = NodeServices()
    ) {
        self.services = services
        self.desk = desk
        self.watchkeeper = watchkeeper
    }

    /// A line that is no request, or cannot be carried out, changes nothing.
    public func answer(_ line: [UInt8], from user: UInt32) async -> [UInt8] {
        do throws(ControlFault) {
            let (command, isAttended) = try ControlCommand.attended(line)
            // Nobody waits for it: a kill must reach the Watchkeeper though the desk is stuck.
            if isAttended { Task(executorPreference: desk.lane) { await desk.operatorSeen() } }
            return try await carryOut(command, user)
        } catch {
            tally.note { $0.refusedRequests += 1 }
            return ControlOperator.spell(error)
        }
    }

    private func carryOut(_ command: ControlCommand, _ user: UInt32) async throws(ControlFault) -> [UInt8] {
        let actor = { UserName.of(user) }
        switch command {
        case .status: return try spell(await StatusAnswer.gather(desk, tally.counts))
        case .venues: return try spell(await VenuesAnswer.gather(desk))
        case .incidents: return try spell(await IncidentsAnswer.gather(desk))
        case .incident(let number): return try spell(await IncidentAnswer.gather(desk, number))
        case .acknowledge(let number, let reason):
            return try spell(await IncidentChangeAnswer.acknowledge(desk, number, reason, actor()))
        case .resolve(let number, let reason):
            return try spell(await IncidentChangeAnswer.resolve(desk, number, reason, actor()))
        case .heartbeats: return try spell(await HeartbeatsAnswer.gather(desk))
        case .logs(let count): return try spell(await LogsAnswer.gather(desk, count: count))
        case .selfCheck(let now):
            // Without orders: those are the configuration's to allow.
            if now { await desk.checkItself(order: false) }
            return try spell(await SelfCheckAnswer.gather(desk))
        case .runbooks: return try spell(await RunbooksAnswer.gather(desk))
        case .runbook(let name): return try spell(await RunbookAnswer.show(desk, name))
        case .plan(let name, let venue):
            return try spell(await RunbookAnswer.plan(desk, name, venue: venue))
        case .runs: return try spell(await RunsAnswer.gather(desk))
        case .run(let number): return try spell(await RunAnswer.gather(desk, number))
        case .startRun(let wish): return try spell(await RunAnswer.start(desk, wish, actor()))
        case .changeRun(let number, let change):
            return try spell(await RunAnswer.change(desk, number, change, actor()))
        case .books(let symbol): return try spell(await BooksAnswer.gather(desk, symbol))
        case .route(let question): return try spell(await RouteAnswer.gather(desk, question))
        case .latency: return try spell(await LatencyAnswer.gather(desk))
        case .portfolio: return try spell(await PortfolioAnswer.gather(desk))
        case .whatIf(let question): return try spell(await WhatIfAnswer.gather(desk, question))
        case .positions: return try spell(await PositionsAnswer.gather(desk))
        case .orders(let onlyUnknown):
            return try spell(await OrdersAnswer.gather(desk, onlyUnknown: onlyUnknown))
        case .hedges: return try spell(await HedgesAnswer.gather(desk))
        case .trade(let number): return try spell(await TradeAnswer.gather(desk, number))
        case .limits: return try spell(await LimitsAnswer.gather(desk))
        case .rules: return try spell(await RulesAnswer.gather(desk))
        case .rule(let name, let isOn, let reason):
            return try spell(await RuleChangeAnswer.change(desk, name, isOn, reason, actor()))
        case .hold(let reason): return try spell(await ChangeAnswer.hold(desk, reason, actor()))
        case .safeMode(let reason): return try spell(await ChangeAnswer.safeMode(desk, reason, actor()))
        case .resume(let wish): return try spell(await ChangeAnswer.resume(desk, wish, actor()))
        case .kill(let scope, let flattens, let reason):
            return try spell(
                await KillAnswer.kill(desk, watchkeeper, scope, flattens, reason, actor()))
        case .maintenance(let isOn, let flattens, let reason):
            return try spell(
                await ChangeAnswer.maintenance(desk, isOn: isOn, flattens: flattens, reason, actor()))
        case .riskIndex(let target, let reason):
            return try spell(await RiskIndexAnswer.gather(desk, target, reason, actor()))
        case .report(let question): return try spell(await services.report(question))
        case .timeline(let question): return try spell(await services.tell(question))
        case .reload(let reason, let people):
            return try spell(await services.reload(reason, [actor()] + people))
        case .accept(let venue, let reason):
            return try spell(await ChangeAnswer.accept(desk, venue, reason, actor()))
        }
    }

    private func spell(_ answer: some Codable & Sendable) throws(ControlFault) -> [UInt8] {
        do { return try ControlProtocol.line(ControlReply.answer(answer)) } catch {
            throw ControlFault(.other, "the answer cannot be spelled: \(error)", remedy: "")
        }
    }

    static func spell(_ fault: ControlFault) -> [UInt8] {
        do { return try ControlProtocol.line(ControlReply<ControlFault>.fault(fault)) } catch {
            preconditionFailure("three texts can be spelled: \(error)")
        }
    }
}

/// A user as people know it.
enum UserName {
    /// The account's name, or its number when it has none.
    static func of(_ user: UInt32) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var text = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(user, &entry, &text, text.count, &found) == 0, found != nil,
            let name = entry.pw_name
        else { return "uid \(user)" }
        return String(cString: name)
    }
}
