import Foundation
import Recordings
import Testing
import TradingModel

/// A directory of one test, removed with it.
final class Scratch {
    let path: String
    init() throws {
        var template = Array((NSTemporaryDirectory() + "/recordings-XXXXXX").utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String, _ text: String) throws -> String { try file(name, Data(text.utf8)) }
    func file(_ name: String, _ bytes: Data) throws -> String {
        try bytes.write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }
    func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
    }
}

/// Where the recordings stand; they are not part of this repository.
enum SharedDirectory {
    static let path: String =
        ProcessInfo.processInfo.environment["ARBNODE_SHARED"]
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../shared").path
    static let hasRecordings = FileManager.default.fileExists(atPath: path + "/recordings/README.md")
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

let header = "# {\"venue\":\"okx\",\"symbols\":[\"BTC-USDT\"]}\n"

/// Reads to the end or to the first fault that is no bad line.
func readAll(_ reader: RecordingReader) -> (messages: [RecordedMessage], fault: RecordingFault?) {
    var messages: [RecordedMessage] = []
    do throws(RecordingFault) {
        while let message = try reader.next() { messages.append(message) }
        return (messages, nil)
    } catch { return (messages, error) }
}
