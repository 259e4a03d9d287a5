import Dispatch
import Foundation
import Streams
import TradingModel

/// One line on stderr for whoever waits longer than two seconds, drawn anew every second.
final class ProgressLine {
    private let began = ProgressLine.now()
    private var shownAt: Moment?

    static func now() -> Moment {
        Moment(nanoseconds: Int64(DispatchTime.now().uptimeNanoseconds))  // sim-ok: a wait, for a person
    }

    /// - Parameter text: made only when it is shown, from the seconds since the beginning.
    func show(_ text: (Double) -> String) {
        let now = ProgressLine.now()
        guard now - began >= .seconds(2), now - (shownAt ?? .distantPast) >= .seconds(1) else {
            return
        }
        shownAt = now
        let text = text(Double((now - began).nanoseconds) / 1e9)
        guard Terminal.errorIsTerminal else { return Terminal.say(text) }
        TextStream.error.write("\r\u{1B}[K" + text)
    }

    func clear() {
        guard shownAt != nil, Terminal.errorIsTerminal else { return }
        TextStream.error.write("\r\u{1B}[K")
    }
}
