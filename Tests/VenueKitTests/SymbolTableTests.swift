import Testing
import TradingModel

@testable import VenueKit

@Suite struct SymbolTableTests {
    /// Of every length around those that are told apart by their ends, and longer ones with the same ends.
    static let symbols: [String] =
        (1...20).map { String(repeating: "A", count: $0) }
        + [
            "B", "AB", "BTCUSDT", "BTCUSDC", "BTC-USDT", "BTC-USDT-SWAP", "LONGNAMES-1-SWAPPED",
            "LONGNAMES-2-SWAPPED",
        ]

    private static let table = SymbolTable(
        symbols.enumerated().map { index, symbol in
            DialectStand.listing(DialectStand.instrument(index, symbol, "Q"), symbol)
        })

    private func index(_ text: String) -> Int? {
        Array(text.utf8).withUnsafeBytes { Self.table.index($0) }
    }

    @Test func `every symbol is found by its own bytes and by no others`() {
        for (place, symbol) in Self.symbols.enumerated() {
            #expect(index(symbol) == place)
            #expect(index(symbol.lowercased()) == nil)
            #expect(index(symbol + "X") == nil)
        }
        #expect(index("") == nil)
        #expect(index("LONGNAMES-3-SWAPPED") == nil)
        #expect(index(String(repeating: "A", count: 21)) == nil)
    }
}
