/// How a chain goes on after an opening.
extension OutboxChain {
    /// Behind a store that was found at `head`. `image` is its reserve file.
    public init(reopening image: ReserveImage, at head: ChainHead, _ seal: @escaping Seal) {
        var superblock = image.superblock
        superblock.openings += 1
        superblock.floor = head
        superblock.damageAt = superblock.damageAt == head.sequence ? head.sequence : nil
        self.init(
            seal, head: head, superblock: superblock,
            cursor: RingCursor(image.geometry, nextBlock: image.nextBlock, nextSerial: image.nextSerial))
    }

    /// With a new, empty reserve file: a new store, or one that was built anew.
    ///
    /// `openings` counts this one. `isDamaged` is told again by the next opening unless rows are appended.
    public init(
        new geometry: ReserveGeometry, base: ChainHead = .genesis, head: ChainHead = .genesis,
        openings: UInt64 = 1, isDamaged: Bool = false, _ seal: @escaping Seal
    ) {
        self.init(
            seal, head: head,
            superblock: Superblock(
                openings: openings, base: base, floor: head, damageAt: isDamaged ? head.sequence : nil),
            cursor: RingCursor(geometry))
    }

    /// Whether the opening before this one found damage and nothing was appended since.
    public var repeatsDamage: Bool { superblock.damageAt == head.sequence }
}
