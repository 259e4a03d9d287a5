import Dispatch
import Glibc

/// SIGTERM and SIGINT. The first ends `next()`; after it a second one kills the process as if nobody
/// listened.
struct StopSignals: Sendable {
    private static let numbers = [SIGTERM, SIGINT]
    private let arrivals: AsyncStream<Int32>
    /// Dispatch sources may be cancelled from any thread; the type just does not say so.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    /// From here on the two signals no longer kill.
    init() {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Int32.self)
        self.arrivals = arrivals
        sources = StopSignals.numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { arrived.yield(number) }
            source.resume()
            return source
        }
    }

    /// Returns when one of them has come, or when the task is cancelled.
    func next() async {
        for await _ in arrivals { break }
        for source in sources { source.cancel() }
        for number in StopSignals.numbers { signal(number, SIG_DFL) }
    }
}
