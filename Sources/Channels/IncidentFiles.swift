import Glibc
import Ports
import Watch

/// One file for each incident, rewritten whole each time something becomes of it.
public actor IncidentFiles {
    public nonisolated let lane: any Lane
    public nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let directory: String
    private var known: Set<String> = []

    /// New files in one run, at most: a flood must not fill the disk under the outbox.
    public static let most = 1_000

    /// - Parameter directory: made, owner-only, when the first file is written.
    public init(directory: String, lane: any Lane) {
        self.directory = directory
        self.lane = lane
    }

    /// Replaces the file in one step: a reader sees the old one or the new one. Throws why it could not.
    public func write(_ dossier: IncidentDossier) throws(DeliveryFault) {
        let name = dossier.name
        if !known.contains(name) {
            guard known.count < IncidentFiles.most else { return }
            known.insert(name)
        }
        if mkdir(directory, 0o700) != 0, errno != EEXIST { throw FileWriting.fault("mkdir") }
        let path = "\(directory)/\(name).md"
        let descriptor = open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileWriting.fault("open") }
        try fill(descriptor, dossier.text)
        guard rename(path + ".new", path) == 0 else { throw FileWriting.fault("rename") }
    }

    private func fill(_ descriptor: Int32, _ text: String) throws(DeliveryFault) {
        defer { close(descriptor) }
        try FileWriting.write(Array(text.utf8), to: descriptor)
        guard fdatasync(descriptor) == 0 else { throw FileWriting.fault("fdatasync") }
    }
}
