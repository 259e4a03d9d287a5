import Ports
import SimulatedWorld
import Testing
import TradingModel
import VenueKit

@testable import Node

@Suite struct `A key that is replaced while the node runs` {
    /// OKX's key is replaced by one with these rights: how far it came, and what was told.
    private func rotated(_ change: (inout VenueMischief.KeyRights) -> Void) throws -> (
        key: String?, told: [String]
    ) {
        let stand = try NodeStand(seed: 4)
        stand.takeKeys { _, _ in
            .success(
                VenueAccess(
                    apiKey: "key", passphrase: "words",
                    signer: SimulatedSigner(secret: "c2ltdWxhdGVkLXNlY3JldA==")))
        }
        try stand.startNode()
        stand.run(.seconds(3))
        let place = try #require(stand.doubles.firstIndex { $0.name == "okx" })
        let venue = VenueID(place)
        change(&stand.doubles[place].mischief.keyRights)
        try stand.ask { await $0.rotateKey(venue) }
        stand.run(.seconds(5))
        let turn = try stand.ask { await $0.keyTurns[venue] }
        let told = try stand.report().incidents.map(\.incident).filter { $0.subject == "key" }
        return (turn.map { "\($0)" }, told.map(\.detail))
    }

    @Test func `is used once the venue has let it in`() throws {
        let (turn, told) = try rotated { _ in }
        #expect(turn == nil && told.isEmpty, "\(told)")
    }

    @Test func `is not taken when it could withdraw, or works from anywhere`() throws {
        let (turn, told) = try rotated {
            $0.mayWithdraw = true
            $0.isBound = false
        }
        #expect(turn == "isRead", "the old one goes on")
        #expect(told.count == 1 && told[0].contains("withdraw") && told[0].contains("any address"), "\(told)")
    }
}
