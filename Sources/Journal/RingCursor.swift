/// Where the next frame goes: in a ring, never over a frame whose rows the store does not hold yet.
struct RingCursor: Sendable {
    let geometry: ReserveGeometry
    private var nextBlock: Int
    private var nextSerial: UInt64
    private var live: [(blocks: Range<Int>, last: UInt64)] = []
    /// Blocks of frames that must not be written over.
    private(set) var taken = 0

    init(_ geometry: ReserveGeometry, nextBlock: Int = 0, nextSerial: UInt64 = 1) {
        self.geometry = geometry
        self.nextBlock = nextBlock
        self.nextSerial = nextSerial
    }

    /// Takes the blocks for a frame of records up to `last`; `nil` if there is no room.
    mutating func take(_ count: Int, last: UInt64) -> (firstBlock: Int, serial: UInt64)? {
        let first = nextBlock + count <= geometry.ringBlocks ? nextBlock : 0
        let blocks = first..<(first + count)
        guard count <= geometry.ringBlocks, !live.contains(where: { $0.blocks.overlaps(blocks) }) else {
            return nil
        }
        live.append((blocks, last))
        taken += count
        defer {
            nextBlock = first + count
            nextSerial += 1
        }
        return (first, nextSerial)
    }

    /// The store holds every record up to `sequence`.
    mutating func release(through sequence: UInt64) {
        live.removeAll { $0.last <= sequence }
        taken = live.reduce(0) { $0 + $1.blocks.count }
    }
}
