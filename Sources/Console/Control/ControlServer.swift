import Control
import Glibc
import NIOCore
import NIOPosix

/// Serves a node's control socket: a Unix socket that only the node's own user and root can use.
public final class ControlServer: Sendable {
    public enum Fault: Error, Hashable, Sendable {
        case tooLong(UnixAddress.TooLong)
        /// A process listens there.
        case inUse(String)
        /// Something stands there that is no socket.
        case occupied(String)
        /// The directory is somebody else's, or others may enter it.
        case openDirectory(String)
        case failed(String, String, errno: Int32)
        case loop(String)
    }

    /// Connections at a time.
    public static let most = 32
    /// A connection that says nothing for this long is closed, so that forgotten ones take no places.
    static let patience = TimeAmount.seconds(60)

    public let path: String
    private let file: ControlSocketFile
    let group: MultiThreadedEventLoopGroup
    private let listener: any Channel

    /// Listens at `path`. Its directory is made, if it is missing, and must be owner-only.
    public static func start(at path: String, _ person: ControlOperator) async throws(Fault) -> ControlServer
    {
        try await start(at: path, person) { $0.mayTalk(to: geteuid()) }
    }

    /// - Parameters:
    ///   - patience: how long a connection may say nothing.
    ///   - isWelcome: who may talk.
    static func start(
        at path: String, _ person: any ControlAnswering, patience: TimeAmount = ControlServer.patience,
        isWelcome: @escaping @Sendable (PeerCredentials) -> Bool
    ) async throws(Fault) -> ControlServer {
        let address: UnixAddress
        do throws(UnixAddress.TooLong) { address = try UnixAddress(path) } catch { throw .tooLong(error) }
        let file = try ControlSocketFile(address)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let listener = try await ServerBootstrap(group: group)
                .childChannelOption(.autoRead, value: false)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelInitializer { ControlServer.admit($0, person, patience, isWelcome) }
                .withBoundSocket(file.descriptor).get()
            return ControlServer(file: file, group: group, listener: listener)
        } catch {
            file.remove()
            await ControlServer.end(group)
            throw .loop("\(error)")
        }
    }

    private init(file: ControlSocketFile, group: MultiThreadedEventLoopGroup, listener: any Channel) {
        path = file.address.path
        self.file = file
        self.group = group
        self.listener = listener
    }

    /// Removes the file, then closes what is open.
    public func stop() async {
        file.remove()
        listener.close(promise: nil)
        await ControlServer.end(group)
    }

    private static func end(_ group: MultiThreadedEventLoopGroup) async {
        do { try await group.shutdownGracefully() } catch {
            preconditionFailure("a loop of ours ends: \(error)")
        }
    }

    private struct Unwelcome: Error {}

    /// Who is at the other end is known before its first byte is read.
    private static func admit(
        _ channel: any Channel, _ person: any ControlAnswering, _ patience: TimeAmount,
        _ isWelcome: @escaping @Sendable (PeerCredentials) -> Bool
    ) -> EventLoopFuture<Void> {
        guard let options = channel as? any SocketOptionProvider else {
            preconditionFailure("a socket has options")
        }
        let credentials: EventLoopFuture<PeerCredentials> = options.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        return credentials.flatMapThrowing { peer in
            guard isWelcome(peer) else {
                person.tally.note { $0.refusedPeers += 1 }
                throw Unwelcome()
            }
            let mayStay = person.tally.enter(most: most)
            try channel.pipeline.syncOperations.addHandlers([
                IdleStateHandler(readTimeout: patience),
                ControlConversation(person, peer, mayStay: mayStay),
            ])
        }
    }
}

extension ControlServer.Fault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLong(let fault): "\(fault): choose a data directory with a shorter path"
        case .inUse(let path): "\(path): another process listens there"
        case .occupied(let path): "\(path) is no socket: move it away"
        case .openDirectory(let path):
            "\(path) is open to other users: chmod 700 \(path), and let it be owned by who runs the node"
        case .failed(let path, let call, let code): "\(path): \(call): \(String(cString: strerror(code)))"
        case .loop(let reason): reason
        }
    }
}
