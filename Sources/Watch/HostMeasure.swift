import TradingModel

/// What is measured of the machine that the node runs on, and of its way to the venues.
public enum HostMeasure: UInt8, Hashable, Sendable, CaseIterable {
    /// Share of all cores that was busy since the last reading, in percent.
    case cpu
    /// What the node itself keeps in memory (resident set), in bytes.
    case memory
    /// Share of the machine's memory that is taken and cannot be reclaimed, in percent.
    case machineMemory
    /// Free room under the data directory, in bytes. The only one of which less is worse.
    case disk
    /// Open descriptors as a share of what the process may open, in percent.
    case descriptors
    /// Of the hottest sensor, in degrees Celsius; few virtual machines have one.
    case temperature
    /// How far the kernel believes its clock to be off, in nanoseconds; known while it is synchronised.
    case clock
    /// The last request for a venue's time, there and back, in nanoseconds.
    case roundTrip

    /// As configurations, metrics and incidents spell it.
    public var name: String {
        switch self {
        case .cpu: "cpu"
        case .memory: "memory"
        case .machineMemory: "machine_memory"
        case .disk: "disk"
        case .descriptors: "descriptors"
        case .temperature: "temperature"
        case .clock: "clock"
        case .roundTrip: "round_trip"
        }
    }

    public var isLessWorse: Bool { self == .disk }

    /// A value as people read it.
    public func text(_ value: Int64) -> String {
        switch self {
        case .cpu, .machineMemory, .descriptors: "\(value) %"
        case .memory, .disk: HostMeasure.size(value)
        case .temperature: "\(value) °C"
        case .clock, .roundTrip: HostMeasure.time(value)
        }
    }

    private static func size(_ bytes: Int64) -> String {
        let tenths = bytes / ((1 << 30) / 10)
        return bytes >= 1 << 30 ? "\(tenths / 10).\(tenths % 10) GiB" : "\(bytes >> 20) MiB"
    }

    private static func time(_ nanoseconds: Int64) -> String {
        let micros = nanoseconds / 1_000
        return micros >= 10_000
            ? "\(micros / 1_000) ms" : "\(micros / 1_000).\(micros / 100 % 10) ms"
    }

    /// What an incident about it is called. Two of them have a code of their own since long.
    public var code: IncidentCode {
        switch self {
        case .disk: .diskLow
        case .clock: .clockSkew
        case .cpu, .memory, .machineMemory, .descriptors, .temperature, .roundTrip: .hostStrained
        }
    }

    /// The strictest mode that it asks for. A slow way to one venue is that venue's trouble; to all of them
    /// it is ours (`HostWatch.everyWay`).
    public func mode(at vitality: Vitality) -> OperatingMode? {
        guard self != .roundTrip else { return nil }
        switch vitality {
        case .green: return nil
        case .yellow: return .reduced
        case .red: return .hold
        }
    }

    public func severity(at vitality: Vitality) -> Severity {
        switch (self, vitality) {
        case (_, .green), (.roundTrip, .yellow): .info
        case (_, .yellow), (.roundTrip, .red): .warning
        case (_, .red): .critical
        }
    }
}

/// The machine at one moment. What could not be read is absent, and judged by nobody.
public struct HostReading: Hashable, Sendable {
    private var values: [Int64?] = HostMeasure.allCases.map { _ in nil }
    /// Something keeps the kernel's clock synchronised; `nil`: the kernel does not say.
    public var isClockKept: Bool?

    public init() {}

    /// In the measure's own unit.
    public subscript(_ measure: HostMeasure) -> Int64? {
        get { values[Int(measure.rawValue)] }
        set { values[Int(measure.rawValue)] = newValue }
    }
}
