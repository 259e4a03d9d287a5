/// Collects what reading finds: problems, and each effective value with its origin.
final class SettingLedger {
    var problems: [ConfigurationProblem] = []
    var values: [ConfigurationDocument.Value] = []
    /// Off when an include could not be read: what it holds is not missing from the files that were.
    var reportsMissing = true

    func report(_ message: String, at origin: Origin) {
        problems.append(ConfigurationProblem(origin: origin, message: message))
    }

    func reportMissing(_ name: String, at origin: Origin) {
        if reportsMissing { report("`\(name)` is missing", at: origin) }
    }
}

/// A group of keys while it is read. Keys are asked for by name; what nobody asked for is an unknown key.
final class Section {
    /// `hedge`, `venues.okx.fees`; empty for the root.
    let path: String
    /// Where a missing key is reported: the group's own key.
    let origin: Origin
    let ledger: SettingLedger
    private let entries: [Setting.Entry]
    private var asked: [String] = []

    init(path: String, origin: Origin, entries: [Setting.Entry], ledger: SettingLedger) {
        self.path = path
        self.origin = origin
        self.entries = entries
        self.ledger = ledger
    }

    func name(_ key: String) -> String { path.isEmpty ? key : path + "." + key }

    /// Where the value of `key` stands, or where it is missed.
    func place(_ key: String) -> Origin { entries.first { $0.key == key }?.value.origin ?? origin }

    func report(_ message: String, at key: String) {
        ledger.report("`\(name(key))`: \(message)", at: place(key))
    }

    /// A key that must be there is not, and what to do about it.
    func reportMissing(_ key: String, _ remedy: String) {
        asked.append(key)
        if ledger.reportsMissing { ledger.report("`\(name(key))` is missing: \(remedy)", at: origin) }
    }

    private func entry(_ key: String) -> Setting.Entry? {
        asked.append(key)
        return entries.first { $0.key == key }
    }

    /// A required value, or an optional one when `standard` says what holds in its absence. `nil`: a problem
    /// was reported.
    func value<Value>(_ key: String, _ kind: SettingKind<Value>, standard: Value? = nil) -> Value? {
        guard let entry = entry(key) else {
            guard let standard else {
                ledger.reportMissing(name(key), at: origin)
                return nil
            }
            record(key, kind.text(standard), .standard)
            return standard
        }
        return parsed(entry.value, kind, key)
    }

    /// A value that may be absent: `.some(nil)` then. `nil`: a problem was reported.
    func optional<Value>(_ key: String, _ kind: SettingKind<Value>) -> Value?? {
        guard let entry = entry(key) else {
            record(key, "(none)", .standard)
            return .some(nil)
        }
        return parsed(entry.value, kind, key).map { .some($0) }
    }

    private func reportUnexpected(_ setting: Setting, _ key: String, wanted: String) {
        if case .unusable = setting.content { return }
        ledger.report("`\(name(key))`: expected \(wanted), found \(setting.kindName)", at: setting.origin)
    }

    private func parsed<Value>(_ setting: Setting, _ kind: SettingKind<Value>, _ key: String) -> Value? {
        guard case .scalar(let text, _) = setting.content, !setting.isNothing else {
            reportUnexpected(setting, key, wanted: "a single value")
            return nil
        }
        switch kind.parse(text) {
        case .success(let value):
            record(key, kind.text(value), .written(setting.origin, variables: setting.variables))
            return value
        case .failure(let complaint):
            ledger.report("`\(name(key))`: \(complaint.message)", at: setting.origin)
            return nil
        }
    }

    func record(_ key: String, _ text: String, _ origin: ValueOrigin) {
        ledger.values.append(ConfigurationDocument.Value(key: name(key), text: text, origin: origin))
    }

    /// A required group. With `mayBeAbsent`, a missing one reads as empty, so that its keys take their
    /// defaults.
    func section(_ key: String, mayBeAbsent: Bool = false) -> Section? {
        guard let entry = entry(key) else {
            if mayBeAbsent { return Section(path: name(key), origin: origin, entries: [], ledger: ledger) }
            ledger.reportMissing(name(key), at: origin)
            return nil
        }
        guard case .mapping(let inner) = entry.value.content else {
            reportUnexpected(entry.value, key, wanted: "a group of keys")
            return nil
        }
        return Section(path: name(key), origin: entry.keyOrigin, entries: inner, ledger: ledger)
    }

    /// A required list. An empty one is a problem unless `mayBeEmpty`, which also allows it to be absent.
    func list(_ key: String, mayBeEmpty: Bool = false) -> [Setting]? {
        guard let entry = entry(key) else {
            if mayBeEmpty { return [] }
            ledger.reportMissing(name(key), at: origin)
            return nil
        }
        guard case .sequence(let items) = entry.value.content else {
            reportUnexpected(entry.value, key, wanted: "a list")
            return nil
        }
        if items.isEmpty, !mayBeEmpty {
            ledger.report("`\(name(key))`: the list is empty", at: entry.value.origin)
            return nil
        }
        return items
    }

    /// A list of single values, shown as one.
    func values(_ key: String, _ kind: SettingKind<String>) -> [String]? {
        guard let items = list(key, mayBeEmpty: true) else { return nil }
        var result: [String] = []
        for item in items {
            guard case .scalar(let text, _) = item.content, !item.isNothing else {
                reportUnexpected(item, key, wanted: "a single value")
                continue
            }
            switch kind.parse(text) {
            case .success(let value) where result.contains(value):
                ledger.report("`\(name(key))`: \(SettingText.shown(text)) is listed twice", at: item.origin)
            case .success(let value): result.append(value)
            case .failure(let complaint):
                ledger.report("`\(name(key))`: \(complaint.message)", at: item.origin)
            }
        }
        let shown = "[" + result.joined(separator: ", ") + "]"
        let written = entries.first { $0.key == key }.map {
            ValueOrigin.written($0.value.origin, variables: [])
        }
        record(key, shown, written ?? .standard)
        return result
    }

    /// Whether a key holds a single value.
    func isScalar(_ key: String) -> Bool {
        guard case .scalar = entries.first(where: { $0.key == key })?.value.content else { return false }
        return true
    }

    /// Whether a key is written. Asking this does not count as asking for it.
    func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

    /// All keys of a group whose keys are names, in their order.
    func names() -> [(key: String, origin: Origin)] { entries.map { ($0.key, $0.keyOrigin) } }

    /// Reports the keys nobody asked for.
    func finish() {
        for entry in entries where !asked.contains(entry.key) {
            let hint = Suggestion.sentence(for: entry.key, among: asked)
            let known = hint.isEmpty ? ": known here are \(asked.joined(separator: ", "))" : hint
            ledger.report("unknown key `\(name(entry.key))`\(known)", at: entry.keyOrigin)
        }
    }
}
