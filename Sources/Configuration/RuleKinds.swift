import Foundation
import Risk
import TradingModel

// Kinds of values that only rules have.
extension SettingKind where Value == Int128 {
    /// A limit of a rule, in its unit and within its range.
    static func limit(_ limit: RuleLimit) -> SettingKind {
        SettingKind(
            parse: { text in
                raw(text, limit.unit).flatMap { value in
                    guard limit.range.contains(value) else {
                        return .failure(
                            Complaint("must be between \(bounds(limit)), found \(SettingText.shown(text))"))
                    }
                    return .success(value)
                }
            }, text: { RuleText.text($0, limit.unit) })
    }

    static func bounds(_ limit: RuleLimit) -> String {
        RuleText.text(limit.range.lowerBound, limit.unit) + " and "
            + RuleText.text(limit.range.upperBound, limit.unit)
    }

    private static func raw(_ text: String, _ unit: RuleUnit) -> Result<Int128, Complaint> {
        switch unit {
        case .flag, .count, .quantity: SettingText.integer(text).map { Int128($0) }
        case .amount: SettingText.amount(text).map(\.raw)
        case .rate: SettingText.rate(text).map { Int128($0.raw) }
        case .span: SettingText.span(text).map { Int128($0.nanoseconds) }
        }
    }
}

extension SettingKind where Value == Span {
    /// `08:30`, a time of day.
    static var timeOfDay: SettingKind {
        SettingKind(
            parse: { text in
                let parts = text.split(separator: ":", omittingEmptySubsequences: false)
                guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int64(parts[0]),
                    let minute = Int64(parts[1]), (0..<24).contains(hour), (0..<60).contains(minute)
                else {
                    return .failure(
                        Complaint("expected a time of day like 08:30, found \(SettingText.shown(text))"))
                }
                return .success(.seconds(hour * 3_600 + minute * 60))
            },
            text: { span in
                let minutes = span.nanoseconds / 60_000_000_000
                return DecimalText.format(minutes / 60, scale: 0) + ":"
                    + (minutes % 60 < 10 ? "0" : "") + "\(minutes % 60)"
            })
    }
}

/// A zone with the name it was given.
struct NamedZone {
    var name: String
    var table: ZoneTable
}

extension SettingKind where Value == NamedZone {
    /// `UTC`, `UTC+02:00`, or a name of the tz database, whose changes of this century's first half are
    /// worked out here, so that the core needs none.
    static var zone: SettingKind {
        SettingKind(
            parse: { text in
                if let fixed = fixedOffset(text) {
                    let change = ZoneTable.Change(from: .distantPast, offset: .seconds(fixed))
                    return .success(NamedZone(name: text, table: ZoneTable([change])))
                }
                guard text.contains("/"), let zone = TimeZone(identifier: text) else {
                    return .failure(
                        Complaint(
                            "expected UTC, an offset like UTC+02:00 or a zone like Europe/Vienna, found "
                                + SettingText.shown(text)))
                }
                return .success(NamedZone(name: text, table: table(zone)))
            }, text: \.name)
    }

    private static func fixedOffset(_ text: String) -> Int64? {
        if text == "UTC" { return 0 }
        guard text.hasPrefix("UTC+") || text.hasPrefix("UTC-") else { return nil }
        let parts = text.dropFirst(4).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hours = Int64(parts[0]),
            let minutes = Int64(parts[1]), (0...14).contains(hours), (0..<60).contains(minutes)
        else { return nil }
        return (hours * 3_600 + minutes * 60) * (text.hasPrefix("UTC-") ? -1 : 1)
    }

    private static func table(_ zone: TimeZone) -> ZoneTable {
        func offset(_ date: Date) -> Span { .seconds(Int64(zone.secondsFromGMT(for: date))) }
        // 2020-01-01 and 2050-01-01.
        var at = Date(timeIntervalSince1970: 1_577_836_800)
        let end = Date(timeIntervalSince1970: 2_524_608_000)
        var changes = [ZoneTable.Change(from: .distantPast, offset: offset(at))]
        while let next = zone.nextDaylightSavingTimeTransition(after: at), next < end {
            at = next
            changes.append(
                ZoneTable.Change(
                    from: Moment(nanoseconds: Int64(next.timeIntervalSince1970) * 1_000_000_000),
                    offset: offset(next)))
        }
        return ZoneTable(changes)
    }
}

/// Days as people write them.
enum CivilDay {
    static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// `2026-12-25` as days since 1970; `nil` when there is no such day.
    static func number(_ text: String) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2], let year = Int64(parts[0]),
            let month = Int64(parts[1]), let day = Int64(parts[2]), (1970...2200).contains(year),
            (1...12).contains(month), day >= 1
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[Int(month) - 1] else { return nil }
        // Years begin in March: a leap day is a year's last.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
