import CClock
import Glibc
import Watch

/// Reads the machine from `/proc`, `/sys` and the kernel's clock. Blocks for as long as those files take,
/// which is far below a millisecond; it belongs on a lane of its own all the same.
public struct HostReader: Sendable {
    private let root: String
    private let dataDirectory: String
    private let sensors: [String]
    private var lastCPU: HostText.CPUTime?

    /// - Parameters:
    ///   - dataDirectory: whose disk is measured.
    ///   - root: where `proc` and `sys` lie; tests have their own.
    public init(dataDirectory: String, root: String = "") {
        self.dataDirectory = dataDirectory
        self.root = root
        sensors = HostReader.sensors(below: root)
    }

    public mutating func read() -> HostReading {
        var reading = HostReading()
        if let now = text("/proc/stat").flatMap(HostText.cpu) {
            if let lastCPU, now.total > lastCPU.total {
                reading[.cpu] = max(0, now.busy - lastCPU.busy) * 100 / (now.total - lastCPU.total)
            }
            lastCPU = now
        }
        if let pages = text("/proc/self/statm").flatMap(HostText.residentPages) {
            reading[.memory] = pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
        }
        reading[.machineMemory] = text("/proc/meminfo").flatMap(HostText.memoryUsed)
        reading[.disk] = DiskReserve.freeBytes(dataDirectory).map { Int64(clamping: $0) }
        reading[.descriptors] = descriptors()
        reading[.temperature] = sensors.compactMap { text($0).flatMap(HostText.celsius) }.max()
        var offset: Int64 = 0
        let state = arbnode_clock_offset(&offset)
        if state >= 0 { reading.isClockKept = state == 1 }
        if state == 1 { reading[.clock] = abs(offset) }
        return reading
    }

    /// Open ones as a share of the limit, rounded up.
    private func descriptors() -> Int64? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur > 0,
            limit.rlim_cur != rlim_t.max, let open = HostReader.names(in: root + "/proc/self/fd")?.count
        else { return nil }
        let most = Int64(clamping: limit.rlim_cur)
        return (Int64(open) * 100 + most - 1) / most
    }

    /// Files that hold a temperature, found once.
    private static func sensors(below root: String) -> [String] {
        let zones = names(in: root + "/sys/class/thermal") ?? []
        let chips = names(in: root + "/sys/class/hwmon") ?? []
        return zones.filter { $0.hasPrefix("thermal_zone") }.map { "/sys/class/thermal/\($0)/temp" }
            + chips.flatMap { chip in
                (names(in: root + "/sys/class/hwmon/\(chip)") ?? []).filter {
                    $0.hasPrefix("temp") && $0.hasSuffix("_input")
                }.map { "/sys/class/hwmon/\(chip)/\($0)" }
            }
    }

    private static func names(in directory: String) -> [String]? {
        guard let folder = opendir(directory) else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// A short file's text.
    private func text(_ path: String) -> String? {
        let descriptor = open(root + path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var count = 0
        while count < bytes.count {
            let more = bytes[count...].withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            guard more > 0 else { break }
            count += more
        }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
