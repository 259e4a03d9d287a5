import TradingModel
import Watch

// `host:`: from where on the machine under the node is strained. A measure that is not mentioned has the
// standard's bounds; `off` in place of a bound is none.
extension NodeReading {
    /// `nil`: problems were reported.
    static func host(_ root: Section) -> HostPolicy? {
        guard let section = root.section("host", mayBeAbsent: true) else { return nil }
        let standard = HostPolicy.standard
        let every = section.value("every", .span(.seconds(1)...(.seconds(60))), standard: standard.every)
        var bounds: [HostBound?] = []
        for measure in HostMeasure.allCases { bounds.append(bound(section, measure, standard[measure])) }
        section.finish()
        guard let every, bounds.allSatisfy({ $0 != nil }) else { return nil }
        var policy = HostPolicy(every: every)
        for (measure, bound) in zip(HostMeasure.allCases, bounds) {
            if let bound { policy[measure] = bound }
        }
        return policy
    }

    private static func bound(_ host: Section, _ measure: HostMeasure, _ standard: HostBound) -> HostBound? {
        guard let section = host.section(measure.name, mayBeAbsent: true) else { return nil }
        let limit = SettingKind<Int64?>.orOff(kind(measure))
        let yellow = section.value("reduced", limit, standard: standard.yellow)
        let red = section.value("hold", limit, standard: standard.red)
        let lasting = section.value(
            "lasting", .span(.zero...(.seconds(3_600))), standard: standard.lasting)
        section.finish()
        guard let yellow, let red, let lasting else { return nil }
        let bound = HostBound(yellow: yellow, red: red, lasting: lasting)
        if let fault = bound.fault(measure) {
            section.report("\(fault): \(limit.text(red)) and \(limit.text(yellow))", at: "hold")
            return nil
        }
        return bound
    }

    private static func kind(_ measure: HostMeasure) -> SettingKind<Int64> {
        switch measure {
        case .cpu, .machineMemory, .descriptors: whole(.percent(1...100))
        case .memory, .disk: whole(.bytes(1 << 20...1 << 44))
        case .temperature: whole(.integer(20...150))
        case .clock, .roundTrip:
            SettingKind<Span>.span(.milliseconds(1)...(.seconds(60)))
                .mapped({ $0.nanoseconds }, { Span(nanoseconds: $0) })
        }
    }

    private static func whole(_ kind: SettingKind<Int>) -> SettingKind<Int64> {
        kind.mapped({ Int64($0) }, { Int($0) })
    }
}

extension SettingKind {
    /// The same text, as another type holds it.
    func mapped<Other>(_ to: @escaping (Value) -> Other, _ from: @escaping (Other) -> Value)
        -> SettingKind<Other>
    {
        SettingKind<Other>(parse: { parse($0).map(to) }, text: { text(from($0)) })
    }

    /// A value, or `off` for none.
    static func orOff<Inner>(_ kind: SettingKind<Inner>) -> SettingKind<Inner?> where Value == Inner? {
        SettingKind<Inner?>(
            parse: { $0 == "off" ? .success(nil) : kind.parse($0).map { .some($0) } },
            text: { $0.map(kind.text) ?? "off" })
    }
}
