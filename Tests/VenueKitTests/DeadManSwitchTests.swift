import Testing
import TradingModel

@testable import VenueKit

@Suite struct `A dead-man switch` {
    static let rule = DeadManRule(trigger: .timer, window: .seconds(60), refresh: .seconds(20))
    static func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: (1_000 + seconds) * 1_000_000_000) }

    /// A switch brought into a state, its last confirmed request sent at 0 where there is one.
    static func made(_ state: DeadManSwitch.State) -> DeadManSwitch {
        var made = DeadManSwitch(rule: rule)
        guard state != .disarmed else { return made }
        made.asked(at: at(0))
        made.answered(sent: at(0))
        switch state {
        case .disarmed, .armed: break
        case .refreshing: made.asked(at: at(20))
        case .failed:
            made.asked(at: at(20))
            made.failed(at: at(23))
        case .fired: _ = made.duty(at: at(60))
        case .disarming: made.disarmRequested()
        }
        #expect(made.state == state)
        return made
    }

    enum Event: CaseIterable { case asked, answered, failed, disarmRequested, armRequested, windowPassed }

    static func send(_ event: Event, to made: inout DeadManSwitch) {
        switch event {
        case .asked:
            // A second request may not go out while one is under way: that is the caller's defect.
            guard !made.isAsking else { return }
            made.asked(disarms: made.state == .disarming, at: at(30))
        case .answered: made.answered(sent: at(30))
        case .failed: made.failed(at: at(33))
        case .disarmRequested: made.disarmRequested()
        case .armRequested: made.armRequested()
        case .windowPassed: _ = made.duty(at: at(120))
        }
    }

    static let table: [(DeadManSwitch.State, [Event: DeadManSwitch.State])] = [
        (
            .disarmed,
            [
                .asked: .refreshing, .answered: .disarmed, .failed: .disarmed, .disarmRequested: .disarmed,
                .armRequested: .disarmed, .windowPassed: .disarmed,
            ]
        ),
        (
            .armed,
            [
                .asked: .refreshing, .answered: .armed, .failed: .armed, .disarmRequested: .disarming,
                .armRequested: .armed, .windowPassed: .fired,
            ]
        ),
        (
            .refreshing,
            [
                .asked: .refreshing, .answered: .armed, .failed: .failed, .disarmRequested: .disarming,
                .armRequested: .refreshing, .windowPassed: .fired,
            ]
        ),
        (
            .failed,
            [
                .asked: .refreshing, .answered: .failed, .failed: .failed, .disarmRequested: .disarming,
                .armRequested: .failed, .windowPassed: .fired,
            ]
        ),
        (
            .fired,
            [
                .asked: .fired, .answered: .fired, .failed: .fired, .disarmRequested: .disarmed,
                .armRequested: .fired, .windowPassed: .fired,
            ]
        ),
        (
            .disarming,
            [
                .asked: .disarming, .answered: .disarming, .failed: .disarming, .disarmRequested: .disarming,
                .armRequested: .disarmed, .windowPassed: .disarmed,
            ]
        ),
    ]

    @Test func `goes from every state by every event where the table says`() {
        #expect(Set(Self.table.map(\.0)) == Set(DeadManSwitch.State.allCases))
        for (state, row) in Self.table {
            #expect(row.count == Event.allCases.count)
            for (event, expected) in row {
                var made = Self.made(state)
                Self.send(event, to: &made)
                #expect(made.state == expected, "\(state) + \(event)")
            }
        }
    }

    @Test func `is armed from the answer until a window after the confirmed request was sent`() {
        var made = DeadManSwitch(rule: Self.rule)
        #expect(made.duty(at: Self.at(0)) == .arm && !made.isArmed(at: Self.at(0)))
        made.asked(at: Self.at(0))
        #expect(made.duty(at: Self.at(1)) == .nothing, "one request at a time")
        made.answered(sent: Self.at(1))
        #expect(made.isArmed(at: Self.at(60)) && !made.isArmed(at: Self.at(61)))
        #expect(made.duty(at: Self.at(20)) == .nothing && made.duty(at: Self.at(21)) == .refresh)
        made.asked(at: Self.at(21))
        made.answered(sent: Self.at(21))
        #expect(made.isArmed(at: Self.at(80)) && made.state == .armed)
    }

    @Test func `is tried again after a pause, lost beyond half the window, fired after all of it`() {
        var made = Self.made(.armed)
        #expect(made.duty(at: Self.at(20)) == .refresh)
        made.asked(at: Self.at(20))
        made.failed(at: Self.at(23))
        #expect(made.duty(at: Self.at(24)) == .nothing && made.duty(at: Self.at(25)) == .refresh)
        #expect(!made.isLost(at: Self.at(30)) && made.isLost(at: Self.at(31)))
        #expect(made.isArmed(at: Self.at(59)))
        #expect(made.duty(at: Self.at(60)) == .arm && made.state == .fired && made.isLost(at: Self.at(60)))
        made.asked(at: Self.at(60))
        #expect(made.state == .fired, "until it is confirmed again")
        made.answered(sent: Self.at(60))
        #expect(made.state == .armed && made.isArmed(at: Self.at(61)) && !made.isLost(at: Self.at(61)))
    }

    @Test func `that never was confirmed is lost too`() {
        var made = DeadManSwitch(rule: Self.rule)
        for second in stride(from: Int64(0), through: 30, by: 3) {
            #expect(made.duty(at: Self.at(second)) == .arm)
            made.asked(at: Self.at(second))
            made.failed(at: Self.at(second))
        }
        #expect(!made.isLost(at: Self.at(30)) && made.isLost(at: Self.at(31)))
    }

    @Test func `waits for the request under way before it is switched off`() {
        var made = Self.made(.refreshing)
        made.disarmRequested()
        #expect(made.duty(at: Self.at(21)) == .nothing && !made.isArmed(at: Self.at(21)))
        made.answered(sent: Self.at(20))
        #expect(made.duty(at: Self.at(22)) == .disarm)
        made.asked(disarms: true, at: Self.at(22))
        made.answered(sent: Self.at(22))
        #expect(made.state == .disarmed && made.duty(at: Self.at(90)) == .nothing)
        made.armRequested()
        #expect(made.duty(at: Self.at(91)) == .arm)
    }

    @Test func `takes a setting without an answer for set when it is switched off`() {
        var made = DeadManSwitch(rule: Self.rule)
        made.asked(at: Self.at(0))
        made.failed(at: Self.at(3))
        made.disarmRequested()
        #expect(made.state == .disarming && made.duty(at: Self.at(4)) == .disarm)
        #expect(made.duty(at: Self.at(61)) == .nothing && made.state == .disarmed, "it has run out")
    }
}
