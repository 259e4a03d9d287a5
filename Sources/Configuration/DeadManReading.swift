import TradingModel
import VenueKit

/// Reads `dead_man:`, how a venue's dead-man switch is used.
struct DeadManReading {
    private let root: Section
    private let venue: SupportedVenue?

    init(_ root: Section, venue: SupportedVenue?) {
        self.root = root
        self.venue = venue
    }

    private enum Toggle: String, CaseIterable { case on, off }

    /// `.some(nil)`: the venue has none, or it is off. `nil`: problems were reported.
    func rule() -> DeadManRule?? {
        guard root.has("dead_man") else {
            // A venue that has one says so, off or on: silence would leave it open which was meant.
            guard venue?.deadMan != nil else { return .some(nil) }
            _ = root.section("dead_man")
            return nil
        }
        if let venue, venue.deadMan == nil {
            _ = root.section("dead_man")
            root.report("\(venue.rawValue) has no dead-man switch", at: "dead_man")
            return nil
        }
        return root.section("dead_man").flatMap { read($0) }
    }

    private func read(_ section: Section) -> DeadManRule?? {
        let toggle = section.value("switch", .choice(Toggle.allCases))
        let bounds = Span.seconds(1)...(.seconds(86_400))
        let shortest = section.value("shortest", .span(bounds))
        let longest = section.value("longest", .span(bounds))
        let window = section.value("window", .span(bounds))
        let refresh = section.value("refresh", .span(bounds))
        section.finish()
        guard let toggle, let shortest, let longest, let window, let refresh, let venue else { return nil }
        var isSound = true
        func refuse(_ message: String, at key: String) {
            section.report(message, at: key)
            isSound = false
        }
        if window < shortest || window > longest {
            let range = "\(SettingText.text(shortest)) and \(SettingText.text(longest))"
            refuse("the venue takes between \(range)", at: "window")
        } else if window.milliseconds % 1_000 != 0 {
            refuse("the venue takes whole seconds", at: "window")
        }
        if refresh * 2 > window {
            refuse("must be at most half of window, or one lost request lets it fire", at: "refresh")
        }
        guard isSound else { return nil }
        guard toggle == .on, let trigger = venue.deadMan else { return .some(nil) }
        return .some(DeadManRule(trigger: trigger, window: window, refresh: refresh))
    }
}
