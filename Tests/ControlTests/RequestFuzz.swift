import Control

/// Lines that are almost requests: valid ones bent, cut and mixed, and plain noise. None of them is a valid
/// request for a change.
struct RequestFuzz {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private static let seeds: [String] = [
        #"{"version":1,"command":"status"}"#,
        #"{"version":1,"command":"books","arguments":{"symbol":"BTC-USDT"}}"#,
        #"{"version":1,"command":"route","arguments":{"symbol":"BTC-USDT","side":"buy","quantity":"1"}}"#,
        #"{"version":1,"command":"portfolio"}"#,
        #"{"version":1,"command":"what-if","arguments":{"position":"BTC-USDT:1","shock":"-5%"}}"#,
        #"{"version":1,"command":"orders","arguments":{"unknown":true}}"#,
        #"{"version":1,"command":"hedges","arguments":{"trade":12345}}"#,
        #"{"version":1,"command":"hold","arguments":{"reason":"because"}}"#,
        #"{"version":1,"command":"resume","arguments":{"reason":"because","venue":"okx"}}"#,
        #"{"version":1,"command":"safe-mode","arguments":{"reason":"because"}}"#,
        #"{"version":1,"command":"reconcile","arguments":{"venue":"okx","accept":true,"reason":"because"}}"#,
    ]
    private static let pieces: [String] = [
        "null", "true", "-1", "1e999", "18446744073709551616", "\"\"", "[]", "{}", "[[[[", "\\u0000",
        "\\ud800",
        ",", ":", "\"", "\u{FEFF}", "\"version\":1,", "💥", "NaN", "\r", "\t",
    ]

    /// One line without a newline.
    mutating func next() -> [UInt8] {
        while true {
            let line = candidate().filter { $0 != 0x0A }
            guard isChange(line) else { return line }
        }
    }

    private func isChange(_ line: [UInt8]) -> Bool {
        do throws(ControlFault) {
            switch try ControlCommand.read(line) {
            case .hold, .resume, .safeMode, .accept, .kill, .maintenance, .riskIndex, .reload: return true
            default: return false
            }
        } catch { return false }
    }

    private mutating func candidate() -> [UInt8] {
        if below(10) == 0 { return (0..<below(300)).map { _ in UInt8(truncatingIfNeeded: random()) } }
        if below(200) == 0 {
            return [UInt8](repeating: UInt8(ascii: "{"), count: ControlProtocol.longestRequest + 1 + below(9))
        }
        if below(50) == 0 { return [UInt8](repeating: UInt8(ascii: "["), count: 1 + below(60_000)) }
        var line = Array(RequestFuzz.seeds[below(RequestFuzz.seeds.count)].utf8)
        for _ in 0..<(1 + below(4)) where !line.isEmpty {
            let place = below(line.count)
            switch below(5) {
            case 0: line[place] = UInt8(truncatingIfNeeded: random())
            case 1: line.remove(at: place)
            case 2: line.removeSubrange(place..<min(line.count, place + below(20)))
            case 3:
                line.insert(contentsOf: RequestFuzz.pieces[below(RequestFuzz.pieces.count)].utf8, at: place)
            default: line.insert(contentsOf: line[..<place], at: below(line.count))
            }
        }
        return line
    }

    private mutating func below(_ bound: Int) -> Int { Int(random() % UInt64(bound)) }

    private mutating func random() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
