import Ports
import TradingModel

/// The only one who writes a run's tape, on a lane that may block.
actor TapeKeeper {
    nonisolated let lane: any Lane
    nonisolated var unownedExecutor: UnownedSerialExecutor { lane.asUnownedSerialExecutor() }
    private let open: @Sendable (Moment) throws -> any TapeStore
    private let began: Moment
    private var store: (any TapeStore)?

    init(_ post: TapePost, began: Moment) {
        self.began = began
        lane = post.lane
        open = post.open
    }

    /// Answers what went wrong; then nothing more may be appended.
    func append(_ block: [UInt8]) -> String? {
        do {
            let store = try self.store ?? open(began)
            self.store = store
            try store.append(block)
            return nil
        } catch {
            close()
            return "\(error)"
        }
    }

    func close() {
        store?.close()
        store = nil
    }
}
