/// The shape of a reserve file: two superblocks, then a ring of blocks.
public struct ReserveGeometry: Hashable, Sendable {
    /// What one write replaces or tears; a power of two.
    public let blockLength: Int
    /// Blocks of the ring.
    public let ringBlocks: Int

    public init(blockLength: Int, ringBlocks: Int) {
        precondition(blockLength >= 512 && ringBlocks >= 4, "a ring needs room for a few frames")
        self.blockLength = blockLength
        self.ringBlocks = ringBlocks
    }

    /// On a real disk: 4 KiB blocks, 8 MiB.
    public static let live = ReserveGeometry(blockLength: 4_096, ringBlocks: 2_048)

    public var fileLength: Int { blockLength * (ringBlocks + 2) }
    func offset(ofRingBlock block: Int) -> Int { blockLength * (block + 2) }
}

/// The first two blocks of a reserve file, written one after the other, so that one is always whole.
public struct Superblock: Hashable, Sendable {
    static let magic = Array("arbresv".utf8)
    static let version: UInt8 = 1
    private static let sealedLength = 118
    static let length = sealedLength + Fingerprint.length

    public var generation: UInt64
    /// How often this directory was opened; rises at every opening, whatever was lost.
    public var openings: UInt64
    /// The last record that was discarded.
    public var base: ChainHead
    /// What the store held when this block was written: the ring goes on from here.
    public var floor: ChainHead
    /// Set when an opening found damage: the head it was left with. Who opens the store next and finds
    /// nothing appended since is told again, for the one before may have died before it could act.
    public var damageAt: UInt64?

    public init(
        generation: UInt64 = 0, openings: UInt64 = 0, base: ChainHead = .genesis,
        floor: ChainHead = .genesis, damageAt: UInt64? = nil
    ) {
        self.generation = generation
        self.openings = openings
        self.base = base
        self.floor = floor
        self.damageAt = damageAt
    }

    enum Reading: Hashable {
        case sound(Superblock, ringBlocks: Int)
        case newer(UInt8)
        case unsound
    }

    /// One whole block.
    public func encoded(_ geometry: ReserveGeometry, _ seal: Seal) -> [UInt8] {
        var block = Superblock.magic
        block.reserveCapacity(geometry.blockLength)
        block.append(Superblock.version)
        block.append(bigEndian: generation)
        block.append(bigEndian: openings)
        block.append(bigEndian: base.sequence)
        block.append(base.hash)
        block.append(bigEndian: floor.sequence)
        block.append(floor.hash)
        block.append(bigEndian: UInt32(geometry.ringBlocks))
        block.append(bigEndian: UInt16(damageAt == nil ? 0 : 1))
        block.append(bigEndian: damageAt ?? 0)
        let hash = block.withUnsafeBytes { seal($0, UnsafeRawBufferPointer(start: nil, count: 0)) }
        block.append(hash)
        block += [UInt8](repeating: 0, count: geometry.blockLength - block.count)
        return block
    }

    static func read(_ block: UnsafeRawBufferPointer, _ seal: Seal) -> Reading {
        guard block.count >= length, block.prefix(7).elementsEqual(magic) else { return .unsound }
        let covered = UnsafeRawBufferPointer(rebasing: block[..<sealedLength])
        guard
            seal(covered, UnsafeRawBufferPointer(start: nil, count: 0))
                == Fingerprint(block, at: sealedLength)
        else { return .unsound }
        guard block[7] == version else { return .newer(block[7]) }
        let isDamaged: UInt16 = block.integer(at: 108)
        let ringBlocks: UInt32 = block.integer(at: 104)
        return .sound(
            Superblock(
                generation: block.integer(at: 8), openings: block.integer(at: 16),
                base: ChainHead(sequence: block.integer(at: 24), hash: Fingerprint(block, at: 32)),
                floor: ChainHead(sequence: block.integer(at: 64), hash: Fingerprint(block, at: 72)),
                damageAt: isDamaged == 0 ? nil : block.integer(at: 110)),
            ringBlocks: Int(ringBlocks))
    }
}
