import Runbooks
import TradingModel

/// Reads `runbooks:`, what incidents start by themselves.
struct RunbookPolicyReading {
    private let root: Section

    init(_ root: Section) { self.root = root }

    /// What the node may take without a person's word; what lets risk in is none of it.
    private enum Automatic: String, CaseIterable {
        case none, caution
        var danger: RunbookDanger { self == .none ? .none : .caution }
    }

    /// `nil`: problems were reported.
    func policy() -> RunbookPolicy? {
        guard let section = root.section("runbooks", mayBeAbsent: true) else { return nil }
        let standard = RunbookPolicy()
        let codes = section.values(
            "triggers",
            .text("an incident code") { text in
                IncidentCode(rawValue: text).map { !RunbookPolicy.never.contains($0) } ?? false
            })
        let automatic = section.value("automatic", .choice(Automatic.allCases), standard: Automatic.none)
        let cooldown = section.value(
            "cooldown", .span(.zero...(.seconds(86_400))), standard: standard.cooldown)
        let perHour = section.value("per_hour", .integer(1...60), standard: standard.perHour)
        section.finish()
        guard let codes, let automatic, let cooldown, let perHour else { return nil }
        return RunbookPolicy(
            triggers: Set(codes.compactMap { IncidentCode(rawValue: $0) }), automatic: automatic.danger,
            cooldown: cooldown, perHour: perHour)
    }
}
