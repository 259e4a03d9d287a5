import ArgumentParser
import Glibc

/// Raw frames, one a line, in one stretch of memory. In a file of two venues each line begins with `A` or `B`
/// and a tab.
struct FrameLines {
    struct Line {
        let start: Int
        let count: Int
        /// 0 for `A`, 1 for `B`; 0 where lines are not marked.
        let venue: Int
    }

    let bytes: [UInt8]
    let lines: [Line]

    init(_ path: String, areMarked: Bool = false) throws {
        bytes = try FrameLines.contents(path)
        var lines: [Line] = []
        var start = 0
        for end in bytes.indices where bytes[end] == UInt8(ascii: "\n") {
            let skipped = areMarked ? 2 : 0
            if end - start > skipped {
                let venue = areMarked && bytes[start] == UInt8(ascii: "B") ? 1 : 0
                lines.append(Line(start: start + skipped, count: end - start - skipped, venue: venue))
            }
            start = end + 1
        }
        self.lines = lines
        guard !lines.isEmpty else {
            Terminal.say("\(path) holds no frames: one a line, as perf/peers/gen_frames.py writes them")
            throw ExitCode(65)
        }
    }

    @inline(__always)
    func with<Answer>(_ line: Line, _ body: (UnsafeRawBufferPointer) -> Answer) -> Answer {
        bytes.withUnsafeBytes {
            body(UnsafeRawBufferPointer(rebasing: $0[line.start..<line.start + line.count]))
        }
    }

    private static func contents(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            Terminal.say("\(path) cannot be read: \(String(cString: strerror(errno)))")
            throw ExitCode(65)
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = fread(&block, 1, block.count, file), count > 0 {
            bytes += block[..<count]
        }
        return bytes
    }
}
