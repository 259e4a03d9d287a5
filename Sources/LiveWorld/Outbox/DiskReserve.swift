import Glibc
import Ports

/// How much room the outbox insists on. RocksDB as Debian builds it aborts the process when a write meets a
/// full disk, and so does opening it there; it must never get that far.
public struct OutboxLimits: Hashable, Sendable {
    /// Below this many free bytes nothing is appended any more.
    public var lowWater: UInt64
    /// A file that only takes room, given up when the store has to be opened on a disk that others have
    /// filled.
    public var ballast: UInt64
    /// Below this many free bytes the store says so (`OutboxSpace.low`), so that the node can stop taking
    /// risk
    /// before writes stop.
    public var warnBelow: UInt64

    /// `warnBelow` is four times the low-water mark unless given.
    public init(lowWater: UInt64, ballast: UInt64, warnBelow: UInt64? = nil) {
        self.lowWater = lowWater
        self.ballast = ballast
        self.warnBelow = warnBelow ?? 4 * lowWater
    }

    /// For a node that trades.
    public static let trading = OutboxLimits(lowWater: 512 << 20, ballast: 1 << 30)
    /// For demonstrations, which end within minutes and must also run on a small disk.
    public static let demonstration = OutboxLimits(lowWater: 64 << 20, ballast: 16 << 20)
}

/// The free space under a data directory, and the ballast in it.
struct DiskReserve {
    /// What opening a store may need: a fresh log, tables written from the old one.
    static let openingNeed: UInt64 = 32 << 20

    let directory: String
    let limits: OutboxLimits
    /// Replaced in tests; live it asks the file system.
    var measure: @Sendable (String) -> UInt64? = DiskReserve.freeBytes

    private var ballastPath: String { directory + "/ballast" }

    /// Whether an append is safe; the reason if not.
    func refusal() -> String? {
        guard let free = measure(directory) else { return "free space of \(directory) cannot be read" }
        guard free < limits.lowWater else { return nil }
        let mark = limits.lowWater >> 20
        return "\(free >> 20) MiB free under \(directory), below the low-water mark of \(mark) MiB: make room"
    }

    /// Whether a discard is safe; the reason if not. It makes room in the end, so it may go on where appends
    /// may not.
    func refusalToDiscard() -> String? {
        guard let free = measure(directory) else { return "free space of \(directory) cannot be read" }
        return free >= limits.lowWater / 2
            ? nil : "\(free >> 20) MiB free under \(directory), too little to compact the store: make room"
    }

    /// Free space that cannot be read counts as none.
    func space() -> OutboxSpace {
        guard let free = measure(directory), free >= limits.lowWater else { return .exhausted }
        return free < limits.warnBelow ? .low : .ample
    }

    /// Before the store is opened: gives the ballast up if there is too little room. The reason if that is
    /// not enough.
    func makeRoomToOpen() -> String? {
        let need = min(DiskReserve.openingNeed, limits.lowWater)
        if let free = measure(directory), free >= need { return nil }
        unlink(ballastPath)
        guard let free = measure(directory) else { return "free space of \(directory) cannot be read" }
        return free >= need
            ? nil : "\(free >> 20) MiB free under \(directory), too little to open the store: make room"
    }

    /// After the store is open: lays the ballast out if there is ample room for it.
    func layBallast() {
        guard limits.ballast > 0, let free = measure(directory), free > limits.lowWater + 2 * limits.ballast
        else {
            return
        }
        let descriptor = open(ballastPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        // A ballast that cannot be laid out in full is none; appends watch the low-water mark all the same.
        if posix_fallocate(descriptor, 0, off_t(limits.ballast)) != 0 { unlink(ballastPath) }
        close(descriptor)
    }

    @Sendable static func freeBytes(_ directory: String) -> UInt64? {
        var information = statvfs()
        guard statvfs(directory, &information) == 0 else { return nil }
        return UInt64(information.f_bavail) * UInt64(information.f_frsize)
    }
}
