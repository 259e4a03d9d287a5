import Streams
import Testing

@Suite struct `A table of text` {
    @Test func `pads every column to its widest cell, words to the left and figures to the right`() {
        let table = TextTable(
            rows: [["venue", "fills", "what"], ["okx", "7", "fine"], ["kraken", "1200", "slow"]],
            left: [0, 2])
        #expect(table.lines == ["venue   fills  what", "okx         7  fine", "kraken   1200  slow"])
    }

    @Test func `has no blanks at the ends of its lines, and takes rows that are short`() {
        let table = TextTable(rows: [["a", "bb", "ccc"], ["dddd"], ["e", "", ""]], left: [0, 1, 2])
        #expect(table.lines == ["a     bb  ccc", "dddd", "e"])
    }
}
