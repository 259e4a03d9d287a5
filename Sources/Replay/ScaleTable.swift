import TradingModel
import VenueKit

/// The decimals used for one symbol of a recording.
struct Scales: Hashable {
    var price = 8
    var quantity = 8
}

struct ScaleKey: Hashable {
    var recording: Int
    var connection: Int
    var symbol: String
}

/// Recordings do not say how many decimals their symbols have. A pass starts with eight and eight, which
/// nearly every symbol fits; frames whose numbers do not fit are tallied, and another pass tries scales that
/// hold them. A change that does not help (a damaged number fits no scale) is taken back.
struct ScaleTable {
    private struct Tally {
        var total = 0
        var priceOverflows = 0
        var quantityOverflows = 0
        /// Faults by decimals needed, 0…18.
        var priceNeeds = [Int](repeating: 0, count: Instrument.widestScale + 1)
        var quantityNeeds = [Int](repeating: 0, count: Instrument.widestScale + 1)
    }

    private struct Entry {
        var scales = Scales()
        var tally = Tally()
        var before: (scales: Scales, total: Int)?
        var isFinal = false
    }

    private var entries: [ScaleKey: Entry] = [:]

    func scales(_ key: ScaleKey) -> Scales { entries[key]?.scales ?? Scales() }

    mutating func note(_ fault: PublicFrame.NumberFault, of key: ScaleKey) {
        var entry = entries[key] ?? Entry()
        entry.tally.total += 1
        switch fault.fault {
        case .inexact(let needed) where (0...Instrument.widestScale).contains(needed):
            if fault.isPrice {
                entry.tally.priceNeeds[needed] += 1
            } else {
                entry.tally.quantityNeeds[needed] += 1
            }
        case .overflow:
            if fault.isPrice { entry.tally.priceOverflows += 1 } else { entry.tally.quantityOverflows += 1 }
        case .inexact, .malformed: break
        }
        entries[key] = entry
    }

    /// Ends a pass: `true` when another one with other scales is worth it. Entries do not depend on each
    /// other, so the order in which a dictionary shows them cannot be seen.
    mutating func endPass() -> Bool {
        var again = false
        for key in entries.keys {
            guard var entry = entries[key] else { continue }
            let tally = entry.tally
            entry.tally = Tally()
            if tally.total > 0, !entry.isFinal {
                if let before = entry.before, tally.total >= before.total {
                    entry.scales = before.scales
                    entry.isFinal = true
                    again = true
                } else {
                    let proposal = ScaleTable.proposal(entry.scales, tally)
                    entry.isFinal = proposal == entry.scales
                    again = again || !entry.isFinal
                    entry.before = (entry.scales, tally.total)
                    entry.scales = proposal
                }
            }
            entries[key] = entry
        }
        return again
    }

    private static func proposal(_ current: Scales, _ tally: Tally) -> Scales {
        // A fiftieth of the faults is enough to be taken for the symbol's own decimals rather than for
        // damage.
        func isCommon(_ count: Int) -> Bool { count > 0 && count * 50 >= tally.total }
        var scales = current
        if let needed = tally.priceNeeds.lastIndex(where: isCommon) {
            scales.price = needed
        } else if isCommon(tally.priceOverflows) {
            scales.price = max(0, current.price - 3)
        }
        if let needed = tally.quantityNeeds.lastIndex(where: isCommon) {
            scales.quantity = needed
        } else if isCommon(tally.quantityOverflows) {
            scales.quantity = max(0, current.quantity - 3)
        }
        scales.quantity = min(scales.quantity, Instrument.widestScale - scales.price)
        return scales
    }
}

extension Instrument {
    /// `priceScale + quantityScale` may not exceed this.
    static var widestScale: Int { Amount.scale }
}
