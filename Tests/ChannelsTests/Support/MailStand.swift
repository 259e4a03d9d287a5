import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import VenueServer

/// A mail server of a test's own: RFC 5321 as far as a client that behaves needs it.
final class MailStand: Sendable {
    /// What it does instead of taking the mail.
    enum Manner: Sendable {
        case takes
        /// Answers this command's first word with this line.
        case refuses(String, String)
        case silence
        /// Says it can encrypt, and can.
        case upgrades
    }

    struct Letter: Sendable, Equatable {
        var from: String
        var to: [String]
        var text: String
        var login: String?
    }

    let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let log: Log

    final class Log: Sendable {
        let held = Mutex<(letters: [Letter], commands: [String])>(([], []))
    }

    var letters: [Letter] { log.held.withLock { $0.letters } }
    var commands: [String] { log.held.withLock { $0.commands } }

    static func start(_ manner: Manner, tls: TestAuthority? = nil, upgrade: TestAuthority? = nil) async throws
        -> MailStand
    {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let context = try tls.map { try TLS.context($0) }
        let upgraded = try upgrade.map { try TLS.context($0) }
        let log = Log()
        let listener = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        MailConversation(manner, log, upgraded))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return MailStand(port: listener.localAddress?.port ?? 0, group: group, log: log)
    }

    private init(port: Int, group: MultiThreadedEventLoopGroup, log: Log) {
        self.port = port
        self.group = group
        self.log = log
    }

    func stop() async throws { try await group.shutdownGracefully() }
}

private final class MailConversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let manner: MailStand.Manner
    private let log: MailStand.Log
    private let tls: NIOSSLContext?
    private var received = ""
    private var letter = MailStand.Letter(from: "", to: [], text: "")
    private var isInData = false
    /// The client says its name and password on a line of their own.
    private var isInLogin = false
    private var isEncrypted = false

    init(_ manner: MailStand.Manner, _ log: MailStand.Log, _ tls: NIOSSLContext?) {
        self.manner = manner
        self.log = log
        self.tls = tls
    }

    func channelActive(context: ChannelHandlerContext) {
        if case .silence = manner { return }
        if case .refuses("CONNECT", let line) = manner { return say(line, context) }
        say("220 stand ESMTP", context)
    }

    private func say(_ line: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: line + "\r\n")), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        // "\r\n" is one character.
        while let end = received.firstIndex(of: "\r\n") {
            let line = String(received[..<end])
            received = String(received[received.index(after: end)...])
            if isInData {
                text(line, context)
            } else if isInLogin {
                isInLogin = false
                say("235 welcome", context)
            } else {
                command(line, context)
            }
        }
    }

    private func text(_ line: String, _ context: ChannelHandlerContext) {
        guard line == "." else {
            letter.text += (line.hasPrefix(".") ? String(line.dropFirst()) : line) + "\n"
            return
        }
        isInData = false
        let done = letter
        log.held.withLock { $0.letters.append(done) }
        say("250 taken", context)
    }

    private func command(_ line: String, _ context: ChannelHandlerContext) {
        log.held.withLock { $0.commands.append(line) }
        let word = line.prefix { $0 != " " && $0 != ":" }.uppercased()
        if case .refuses(word, let answer) = manner { return say(answer, context) }
        switch word {
        case "EHLO":
            let offer = tls != nil && !isEncrypted ? "250-STARTTLS\r\n" : ""
            say("250-stand\r\n\(offer)250 AUTH PLAIN", context)
        case "STARTTLS":
            say("220 go on", context)
            isEncrypted = true
            guard let tls else { return }
            do {
                try context.pipeline.syncOperations.addHandler(
                    NIOSSLServerHandler(context: tls), position: .first)
            } catch { context.close(promise: nil) }
        case "AUTH":
            letter.login = line
            isInLogin = line.split(separator: " ").count == 2
            say(isInLogin ? "334" : "235 welcome", context)
        case "MAIL":
            letter.from = line
            say("250 ok", context)
        case "RCPT":
            letter.to.append(line)
            say("250 ok", context)
        case "DATA":
            isInData = true
            say("354 go on", context)
        case "QUIT":
            say("221 bye", context)
            context.close(promise: nil)
        default: say("500 what", context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
