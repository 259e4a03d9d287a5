import Channels
import Foundation
import Streams
import Testing
import TradingModel
import Watch

@Suite struct `A file of alerts` {
    @Test func `holds one JSON object a line and is its owner's alone`() async throws {
        let folder = try Folder()
        let channel = FileChannel(path: folder.path + "/alerts.jsonl")
        for number in 1...3 {
            #expect(await delivering(channel, .alert(Sample.alert("line\n\(number)", number: number))) == nil)
        }
        let lines = try folder.text("alerts.jsonl").split(separator: "\n")
        #expect(lines.count == 3)
        for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/alerts.jsonl")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test func `is put aside once it is large`() async throws {
        let folder = try Folder()
        let channel = FileChannel(path: folder.path + "/a", largest: 600)
        for _ in 0..<3 { #expect(await delivering(channel) == nil) }
        #expect(try folder.text("a.1").isEmpty == false)
        #expect(try folder.text("a").split(separator: "\n").count < 3)
    }

    @Test func `that cannot be written says why`() async {
        let fault = await delivering(FileChannel(path: "/nowhere/at/all"))
        #expect(fault?.reason.hasPrefix("open: ") == true)
    }

    @Test func `a log line has no line breaks and moves no cursor`() async throws {
        let folder = try Folder()
        let path = folder.path + "/log"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let file = try #require(FileHandle(forWritingAtPath: path))
        let channel = LogChannel(TextStream(descriptor: file.fileDescriptor, patience: 1_000))
        #expect(await delivering(channel, .alert(Sample.alert("a\nb\u{1B}[2Jc"))) == nil)
        let text = try folder.text("log")
        #expect(text.split(separator: "\n").count == 1 && !text.contains("\u{1B}"))
        #expect(text.hasPrefix("2026-09-21T14:13:20.000Z PAGE_NOW HEDGE_FAILURE okx: a b"))
    }

    @Test func `a log whose reader has stopped is a failed delivery, not a stop`() async throws {
        let pipe = Pipe()
        let stream = TextStream(descriptor: pipe.fileHandleForWriting.fileDescriptor, patience: 1)
        // Nobody reads: at some point the pipe takes no more.
        while stream.write("an earlier line\n") == nil {}
        #expect(await delivering(LogChannel(stream))?.reason.hasPrefix("write: ") == true)
    }
}

@Suite struct `Channels of a policy` {
    private let policy = AlertPolicy(channels: [
        .init(name: "ops", target: .webhook(url: ""), least: .info),
        .init(name: "telegram", target: .telegram(api: "https://t.test", chat: "1"), least: .info),
        .init(
            name: "email",
            target: .mail(
                .init(server: "smtps://m.test", from: "a@b", to: ["c@d"], user: "u", encrypts: true)),
            least: .info),
    ])

    @Test func `name every secret that is missing at once, and how to give it`() {
        do throws(ChannelSet.Missing) {
            _ = try ChannelSet.make(policy, directory: "/tmp") { _, _ in nil }
            Issue.record("nothing is missing")
        } catch {
            #expect(error.problems.count == 3)
            for name in ["ARBNODE_OPS_URL", "ARBNODE_TELEGRAM_TOKEN", "ARBNODE_EMAIL_PASSWORD"] {
                #expect(error.description.contains(name))
            }
        }
    }

    @Test func `are made once their secrets are there`() throws {
        #expect(
            try ChannelSet.make(policy, directory: "/tmp") { _, _ in "https://x.test/made-up" }.count == 3)
    }
}
