import Foundation
import Testing
import Watch

@testable import LiveWorld

/// A machine made of files, and this one.
@Suite struct `The reader of the machine` {
    private func write(_ root: String, _ path: String, _ text: String) throws {
        let file = URL(fileURLWithPath: root + path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    @Test func `reads what the kernel's files say`() throws {
        let scratch = try Scratch()
        let root = scratch.path
        try write(root, "/proc/stat", "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n")
        try write(root, "/proc/self/statm", "9000 250 80 5 0 123 0\n")
        try write(root, "/proc/meminfo", "MemTotal:  1000 kB\nMemFree: 10 kB\nMemAvailable:   250 kB\n")
        for descriptor in 0..<7 { try write(root, "/proc/self/fd/\(descriptor)", "") }
        try write(root, "/sys/class/thermal/thermal_zone0/temp", "41000\n")
        try write(root, "/sys/class/thermal/cooling_device0/temp", "99000\n")
        try write(root, "/sys/class/hwmon/hwmon1/temp2_input", "63500\n")
        try write(root, "/sys/class/hwmon/hwmon1/temp3_input", "-274000\n")
        var reader = HostReader(dataDirectory: root, root: root)
        let first = reader.read()
        #expect(first[.cpu] == nil, "one look at the ticks says nothing")
        #expect(first[.memory] == 250 * Int64(sysconf(Int32(_SC_PAGESIZE))))
        #expect(first[.machineMemory] == 75 && first[.temperature] == 63)
        #expect(first[.descriptors] == 1, "a share rounded up")
        #expect((first[.disk] ?? 0) > 0)
        try write(root, "/proc/stat", "cpu  130 0 110 740 120 0 0 0 0 0\n")
        #expect(reader.read()[.cpu] == 40)
    }

    @Test func `leaves out what is not there, and what is nonsense`() throws {
        let scratch = try Scratch()
        var reader = HostReader(dataDirectory: scratch.path + "/nowhere", root: scratch.path)
        let reading = reader.read()
        for measure in HostMeasure.allCases where measure != .clock { #expect(reading[measure] == nil) }
        #expect(HostText.cpu("cpu  1 2 x 4 5 6\n") == nil && HostText.cpu("") == nil)
        #expect(HostText.residentPages("12") == nil && HostText.residentPages("1 b") == nil)
        #expect(HostText.memoryUsed("MemTotal: 10 kB\n") == nil)
        #expect(HostText.memoryUsed("MemTotal: 10 kB\nMemAvailable: 11 kB\n") == nil)
        #expect(HostText.celsius("hot") == nil && HostText.celsius("999000") == nil)
    }

    @Test func `reads this machine`() throws {
        let scratch = try Scratch()
        var reader = HostReader(dataDirectory: scratch.path)
        let reading = reader.read()
        #expect((reading[.memory] ?? 0) > 1 << 20)
        #expect((0...100).contains(reading[.machineMemory] ?? -1))
        #expect((1...100).contains(reading[.descriptors] ?? -1) && (reading[.disk] ?? 0) > 0)
        // An offset is told exactly where the kernel says that something keeps the clock.
        #expect((reading[.clock] != nil) == (reading.isClockKept == true))
    }
}
