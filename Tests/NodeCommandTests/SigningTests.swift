import Configuration
import Control
import Foundation
import LiveWorld
import Ports
import Testing
import TradingModel

@testable import arbnode

@Suite struct `A signed configuration` {
    private static let now = Moment(nanoseconds: 1_795_910_400_000_000_000)

    private static func bundle(_ folder: Folder) throws -> ConfigurationBundle {
        try NodeConfiguration.loadBundle(path: folder.path + "/node.yaml").get().1
    }

    private static func sign(
        _ folder: Folder, _ key: SigningKey, at now: Moment = now, valid: Span = .seconds(86_400)
    ) throws -> ConfigurationSeal {
        let path = ConfigurationSeal.path(folder.path + "/node.yaml")
        let seal = ConfigurationSeal(
            try bundle(folder), after: try ConfigurationSeal.read(path), by: key, at: now, valid: valid)
        try seal.write(to: path)
        return seal
    }

    private static func trust(_ folder: Folder, _ key: SigningKey) throws -> ConfigurationTrust {
        try folder.write(key.verifying.pem, to: "public.pem")
        return try ConfigurationTrust(key: folder.path + "/public.pem", in: folder.path)
    }

    /// Why it is not taken; `nil` when it is.
    private static func refusal(
        _ folder: Folder, _ trust: ConfigurationTrust, at now: Moment = now
    ) throws -> String? {
        do {
            try trust.take(try trust.seal(of: try bundle(folder), at: now))
            return nil
        } catch let fault as ConfigurationSeal.Fault { return fault.description }
    }

    @Test func `is taken as it was signed, and refused once anything of it was changed`() throws {
        let folder = try Folder()
        let key = try SigningKey(at: folder.path + "/key.pem")
        try folder.write(NodeStand.text(), to: "node.yaml")
        let trust = try Self.trust(folder, key)
        #expect(try Self.refusal(folder, trust)?.contains("not signed") == true)
        let first = try Self.sign(folder, key)
        #expect(first.version == 1)
        #expect(try Self.refusal(folder, trust) == nil)
        #expect(try Self.refusal(folder, trust) == nil, "the same again, at the next start")
        try folder.write(NodeStand.text(["order_notional": "501"]), to: "node.yaml")
        #expect(try Self.refusal(folder, trust)?.contains("changed after") == true)
        #expect(try Self.sign(folder, key).previous == first.digest)
        #expect(try Self.refusal(folder, trust) == nil)
    }

    @Test func `by another key, expired, older or altered is refused`() throws {
        let folder = try Folder()
        let key = try SigningKey(at: folder.path + "/key.pem")
        let other = try SigningKey(at: folder.path + "/other.pem")
        try folder.write(NodeStand.text(), to: "node.yaml")
        let trust = try Self.trust(folder, key)
        let path = ConfigurationSeal.path(folder.path + "/node.yaml")
        _ = try Self.sign(folder, other)
        #expect(try Self.refusal(folder, trust)?.contains("not by") == true)
        let second = try Self.sign(folder, key)
        #expect(try Self.refusal(folder, trust, at: Self.now + .seconds(86_400))?.contains("expired") == true)
        #expect(try Self.refusal(folder, trust) == nil)
        let third = try Self.sign(folder, key)
        #expect(try Self.refusal(folder, trust) == nil)
        #expect(third.version == second.version + 1)
        // An older one, with files that fit it.
        try second.write(to: path)
        #expect(try Self.refusal(folder, trust)?.contains("not newer") == true)
        for alter: (inout ConfigurationSeal) -> Void in [
            { $0.version += 7 }, { $0.digest = String($0.digest.reversed()) }, { $0.previous = "" },
            { $0.expiresNs += 1 }, { $0.signedNs -= 1 }, { $0.signature = String($0.signature.reversed()) },
            { $0.signature = "" },
        ] {
            var altered = third
            alter(&altered)
            try altered.write(to: path)
            #expect(try Self.refusal(folder, trust) != nil)
        }
        try third.write(to: path)
        #expect(try Self.refusal(folder, trust) == nil)
    }

    @Test func `is the same wherever its files lie, and not with other contents`() throws {
        let (one, two) = (try Folder(), try Folder())
        for folder in [one, two] { try folder.write("node: 3", to: "limits.yaml") }
        func portable(_ folder: Folder, _ text: String) -> [UInt8] {
            ConfigurationBundle(
                file: folder.path + "/node.yaml",
                texts: [folder.path + "/node.yaml": text, "/tmp/venues/okx.yaml": "venue: okx"],
                variables: [:], present: []
            ).portable
        }
        #expect(portable(one, "a") == portable(two, "a") && portable(one, "a") != portable(two, "b"))
    }

    @Test func `is asked for at a reload as well`() async throws {
        let folder = try Folder()
        let key = try SigningKey(at: folder.path + "/key.pem")
        try folder.write(NodeStand.text(), to: "node.yaml")
        let stand = try await NodeStand.start(in: folder, trust: try Self.trust(folder, key))
        try folder.write(NodeStand.text(["order_notional": "400"]), to: "node.yaml")
        do throws(ControlFault) {
            _ = try await stand.keeper.reload(reason: "test", people: ["ann"])
            Issue.record("it is not signed")
        } catch { #expect(error.code == .badConfiguration && error.message.contains("not signed")) }
        _ = try Self.sign(folder, key, at: stand.live.world.time.now)
        let answer = try await stand.keeper.reload(reason: "test", people: ["ann"])
        #expect(answer.changes.count == 1)
        await stand.stop()
    }
}
