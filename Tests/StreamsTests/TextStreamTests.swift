import Glibc
import Streams
import Testing

@Suite struct `Text for people` {
    /// Both ends of a pipe.
    private static func pipe() -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [0, 0]
        precondition(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    private static func read(_ descriptor: Int32) -> [UInt8] {
        var (all, part) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            guard count > 0 else { return all }
            all += part.prefix(count)
        }
    }

    @Test func `arrives whole at a reader that takes its time`() async {
        let (reader, writer) = Self.pipe()
        // More than any pipe holds.
        let text = String(repeating: "book ", count: 400_000)
        async let all = Task.detached { Self.read(reader) }.value
        #expect(TextStream(descriptor: writer, patience: nil).write(text) == nil)
        close(writer)
        #expect(await all == Array(text.utf8))
        close(reader)
    }

    @Test func `ends nothing when its reader has gone`() {
        TextStream.surviveClosedPipes()
        let (reader, writer) = Self.pipe()
        close(reader)
        #expect(TextStream(descriptor: writer, patience: 1_000).write("a line\n") == EPIPE)
        close(writer)
        #expect(TextStream(descriptor: writer, patience: 1_000).write("a line\n") == EBADF)
    }

    @Test func `is given up when nobody reads it`() {
        let (reader, writer) = Self.pipe()
        let text = String(repeating: "x", count: 1 << 20)
        #expect(TextStream(descriptor: writer, patience: 1).write(text) == EAGAIN)
        close(writer)
        close(reader)
    }

    @Test func `says so when its disk is full`() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        #expect(TextStream(descriptor: full, patience: 1_000).write("a line\n") == ENOSPC)
        close(full)
    }
}
