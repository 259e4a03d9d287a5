import Configuration
import Foundation
import Node
import Ports
import Testing
import TradingModel

@testable import arbnode

@Suite struct `A key that is replaced while the node runs` {
    private let folder: Folder
    private let venue = VenueID(1)

    init() throws {
        folder = try Folder()
        try folder.write(NodeStand.text(rest: "credentials_file: keys"), to: "node.yaml")
    }

    private func write(_ key: String) throws {
        try folder.write("bybit.api_key = \(key)\nbybit.secret = s-\(key)\n", to: "keys")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: folder.path + "/keys")
    }

    private func reader(_ key: String) throws -> KeyReader {
        let (configuration, _) = try NodeConfiguration.loadBundle(path: folder.path + "/node.yaml").get()
        return KeyReader(
            configuration, [nil, VenueAccess(apiKey: key, passphrase: "", signer: NoSigner())])
    }

    private struct NoSigner: Signer {
        func hmacSHA256(_: [UInt8]) -> [UInt8] { [] }
        func hmacSHA512(_: [UInt8]) -> [UInt8] { [] }
        func sha256(_: [UInt8]) -> [UInt8] { [] }
    }

    @Test func `is read anew from the file of keys, as often as it was not taken`() throws {
        let (old, new) = ("old-key-\(getpid())", "new-key-\(getpid())")
        let reader = try reader(old)
        try write(new)
        for _ in 0..<2 { #expect(try reader.key(of: venue, inUse: old).get().apiKey == new) }
        guard case .failure(let fault) = reader.key(of: venue, inUse: new) else {
            Issue.record("the same key twice")
            return
        }
        #expect(fault.isInUse && fault.message.contains("the one in use"))
        try write(old)
        #expect(try reader.key(of: venue, inUse: new).get().apiKey == old, "the way back")
    }

    @Test func `is refused while another node trades with it, and where there is none`() throws {
        try write("shared-key-\(getpid())")
        let (first, second) = (try reader("one"), try reader("two"))
        _ = try first.key(of: venue, inUse: "one").get()
        guard case .failure(let fault) = second.key(of: venue, inUse: "two") else {
            Issue.record("two nodes have one account")
            return
        }
        #expect(fault.message.contains("another node"))
        try FileManager.default.removeItem(atPath: folder.path + "/keys")
        guard case .failure = first.key(of: venue, inUse: "one") else {
            Issue.record("a file that is not there was read")
            return
        }
    }
}
