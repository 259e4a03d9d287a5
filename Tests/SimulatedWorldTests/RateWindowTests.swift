import Testing
import TradingModel

@testable import SimulatedWorld

struct RateWindowTests {
    @Test func `a window counts what it refuses and forgets at its end`() {
        var window = RateWindow(limit: 10, per: .seconds(1))
        let start = Moment(nanoseconds: 5_500_000_000)
        let answers = (0..<12).map { _ in window.charge(1, at: start) }
        #expect(answers == Array(repeating: true, count: 10) + [false, false])
        #expect(window.used == 12)
        #expect(window.resetsAt(start) == Moment(nanoseconds: 6_000_000_000))
        let renewed = window.charge(1, at: Moment(nanoseconds: 6_000_000_000))
        #expect(renewed)
        #expect(window.remaining(at: Moment(nanoseconds: 6_900_000_000)) == 9)
        #expect(window.remaining(at: Moment(nanoseconds: 7_000_000_000)) == 10)
    }

    @Test func `a decaying counter recovers with time and refuses at its ceiling`() {
        var counter = DecayingCounter(ceiling: 3_000, decayPerSecond: 500)
        let start = Moment(nanoseconds: 1_000_000_000_000)
        var answers = (0..<4).map { _ in counter.charge(1_000, at: start) }
        answers.append(counter.charge(1_000, at: start + .milliseconds(1_900)))
        answers.append(counter.charge(1_000, at: start + .milliseconds(4_000)))
        #expect(answers == [true, true, true, false, false, true])
    }

    @Test func `frames wait for their moment and never overtake one another on a connection`() {
        var outgoing = OutgoingFrames()
        let start = Moment(nanoseconds: 1_000_000_000)
        outgoing.send(Array("late".utf8), to: 1, due: start + .milliseconds(5))
        outgoing.send(Array("behind".utf8), to: 1, due: start)
        outgoing.send(Array("other".utf8), to: 2, due: start)
        let text = { (frames: [DoubleFrame]) in
            frames.map { frame -> String in
                if case .text(let bytes) = frame.content { return String(decoding: bytes, as: UTF8.self) }
                return "?"
            }
        }
        let first = text(outgoing.take(until: start))
        #expect(first == ["other"])
        let second = text(outgoing.take(until: start + .milliseconds(5)))
        #expect(second == ["late", "behind"])
        outgoing.send(Array("x".utf8), to: 1, due: start)
        outgoing.drop(1)
        let none = outgoing.take(until: .distantFuture)
        #expect(none.isEmpty)
    }
}
