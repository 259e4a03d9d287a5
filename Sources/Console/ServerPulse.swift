import NIOCore
import NIOPosix

/// How often servers show that their loops go round.
public enum ServerPulse {
    public static let seconds: Int64 = 1

    static func begin(on group: MultiThreadedEventLoopGroup, _ beat: @escaping @Sendable () async -> Void) {
        let loop = group.next()
        loop.scheduleRepeatedAsyncTask(initialDelay: .zero, delay: .seconds(seconds)) { _ in
            let promise = loop.makePromise(of: Void.self)
            promise.completeWithTask { await beat() }
            return promise.futureResult
        }
    }
}

extension StatusServer {
    /// Calls `beat` from the server's own loop every `ServerPulse.seconds` until it stops.
    public func shows(_ beat: @escaping @Sendable () async -> Void) { ServerPulse.begin(on: group, beat) }
}

extension ControlServer {
    /// Calls `beat` from the server's own loop every `ServerPulse.seconds` until it stops.
    public func shows(_ beat: @escaping @Sendable () async -> Void) { ServerPulse.begin(on: group, beat) }
}
