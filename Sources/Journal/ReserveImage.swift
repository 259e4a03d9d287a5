/// A reserve file as it was found.
public struct ReserveImage: Sendable {
    public let superblock: Superblock
    public let geometry: ReserveGeometry
    /// What the ring remembers, in order, each sequence number once.
    public let records: [StoredRecord]
    /// Whether the file has its full length; a shorter one may have lost acknowledged rows.
    public let isWhole: Bool
    let nextSerial: UInt64
    let nextBlock: Int

    /// What the bytes of a file turn out to be.
    public enum Reading: Sendable {
        case found(ReserveImage)
        /// Written whole by a program newer than this one.
        case newer(UInt8)
        case unreadable(String)
    }

    /// The newest record the file knows of: the store must reach it.
    public var head: ChainHead {
        guard let last = records.last, last.sequence > superblock.floor.sequence else {
            return superblock.floor
        }
        return last.record.head
    }

    public static func read(
        _ file: UnsafeRawBufferPointer, blockLength: Int = ReserveGeometry.live.blockLength, _ seal: Seal
    ) -> Reading {
        var newest: (block: Superblock, ringBlocks: Int)?
        for slot in 0..<2 where file.count >= (slot + 1) * blockLength {
            let block = UnsafeRawBufferPointer(
                rebasing: file[(slot * blockLength)..<((slot + 1) * blockLength)])
            switch Superblock.read(block, seal) {
            case .newer(let version): return .newer(version)
            case .unsound: continue
            case .sound(let found, let ringBlocks):
                if newest.map({ $0.block.generation < found.generation }) ?? true {
                    newest = (found, ringBlocks)
                }
            }
        }
        guard let newest, newest.ringBlocks >= 4 else {
            return .unreadable("the reserve file holds no valid superblock")
        }
        let geometry = ReserveGeometry(blockLength: blockLength, ringBlocks: newest.ringBlocks)
        var frames: [RingFrame] = []
        for block in 0..<geometry.ringBlocks {
            switch RingFrame.read(file, firstBlock: block, geometry, seal) {
            case .none: continue
            case .newer(let version): return .newer(version)
            case .sound(let frame): frames.append(frame)
            }
        }
        return .found(
            ReserveImage(
                newest.block, geometry, frames, isWhole: file.count == geometry.fileLength))
    }

    /// What a version-1 directory's head mirror amounts to: a floor, no ring, no opening counted.
    public init(mirrored head: ChainHead) {
        self.init(Superblock(floor: head), .live, [], isWhole: true)
    }

    private init(
        _ superblock: Superblock, _ geometry: ReserveGeometry, _ found: [RingFrame], isWhole: Bool
    ) {
        self.superblock = superblock
        self.geometry = geometry
        self.isWhole = isWhole
        let frames = found.sorted { $0.serial < $1.serial }
        nextSerial = (frames.last?.serial ?? 0) + 1
        nextBlock = frames.last.map { $0.firstBlock + $0.blocks } ?? 0
        // A later frame with the same record is its second copy.
        var records: [StoredRecord] = []
        for frame in frames {
            for record in frame.records {
                while let last = records.last, last.sequence >= record.sequence { records.removeLast() }
                records.append(record)
            }
        }
        self.records = records
    }
}
