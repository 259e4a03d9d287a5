/// The monitor's pages, in their order.
enum MonitorPage: Int, CaseIterable {
    case overview, books, hedges, positions, orders, venues, health, latency, incidents

    var name: String { "\(self)" }
}

/// What a person has chosen to see. A value: keys change it, drawing reads it.
struct MonitorState: Hashable {
    var page = MonitorPage.overview
    /// Lines of the page that lie above the screen.
    var scroll = 0
    var isOver = false
    var showsHelp = false

    mutating func press(_ key: MonitorKey, pageHeight: Int) {
        showsHelp = key == .help && !showsHelp
        switch key {
        case .quit: isOver = true
        case .help, .other: break
        case .next: turn(by: 1)
        case .previous: turn(by: -1)
        case .page(let number):
            if let page = MonitorPage(rawValue: number - 1) { show(page) }
        case .up: scroll = max(0, scroll - 1)
        case .down: scroll += 1
        case .pageUp: scroll = max(0, scroll - max(1, pageHeight))
        case .pageDown: scroll += max(1, pageHeight)
        case .home: scroll = 0
        }
    }

    private mutating func turn(by step: Int) {
        let count = MonitorPage.allCases.count
        show(MonitorPage.allCases[(page.rawValue + step + count) % count])
    }

    private mutating func show(_ page: MonitorPage) {
        self.page = page
        scroll = 0
    }
}

enum MonitorKey: Hashable {
    case quit, next, previous, up, down, pageUp, pageDown, home, help
    /// 1…9.
    case page(Int)
    case other

    /// The keys in what a terminal sent. Arrows come as `ESC [ A`, or `ESC O A` where the terminal is in its
    /// application mode; what is not known is one `other`.
    static func keys(in bytes: [UInt8]) -> [MonitorKey] {
        var keys: [MonitorKey] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            guard byte == 0x1B, let kind = rest.first, kind == UInt8(ascii: "[") || kind == UInt8(ascii: "O")
            else {
                keys.append(plain(byte))
                continue
            }
            rest.removeFirst()
            // Parameters, then one final letter or `~`.
            let parameters = rest.prefix { (0x30...0x3F).contains($0) }
            rest = rest.dropFirst(parameters.count)
            guard let final = rest.popFirst() else {
                keys.append(.other)
                continue
            }
            keys.append(sequence(Array(parameters), final))
        }
        return keys
    }

    private static func plain(_ byte: UInt8) -> MonitorKey {
        switch byte {
        // Control-C and Control-D: the terminal is raw and sends no signal.
        case UInt8(ascii: "q"), UInt8(ascii: "Q"), 3, 4: .quit
        case 9, UInt8(ascii: "l"), UInt8(ascii: "n"): .next
        case UInt8(ascii: "h"), UInt8(ascii: "p"): .previous
        case UInt8(ascii: "j"): .down
        case UInt8(ascii: "k"): .up
        case UInt8(ascii: " "): .pageDown
        case UInt8(ascii: "b"): .pageUp
        case UInt8(ascii: "g"): .home
        case UInt8(ascii: "?"): .help
        case UInt8(ascii: "1")...UInt8(ascii: "9"): .page(Int(byte - UInt8(ascii: "0")))
        default: .other
        }
    }

    private static func sequence(_ parameters: [UInt8], _ final: UInt8) -> MonitorKey {
        switch (final, parameters.first) {
        case (UInt8(ascii: "A"), _): .up
        case (UInt8(ascii: "B"), _): .down
        case (UInt8(ascii: "C"), _): .next
        case (UInt8(ascii: "D"), _): .previous
        case (UInt8(ascii: "Z"), _): .previous
        case (UInt8(ascii: "H"), _): .home
        case (UInt8(ascii: "~"), UInt8(ascii: "5")): .pageUp
        case (UInt8(ascii: "~"), UInt8(ascii: "6")): .pageDown
        case (UInt8(ascii: "~"), UInt8(ascii: "1")): .home
        default: .other
        }
    }
}
