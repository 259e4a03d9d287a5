import Glibc
import Streams
import TradingModel
import Watch

/// Lines on a stream, standard error as a rule. One whose reader is behind for too long is a failed delivery.
public struct LogChannel: AlertChannel {
    private let stream: TextStream

    public init(_ stream: TextStream = .error) { self.stream = stream }

    public func deliver(_ message: ChannelMessage, unless stop: StopFlag) throws(DeliveryFault) {
        // Others' words move no cursor and begin no line.
        let visible = message.headline.unicodeScalars.map { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? " " : Character(scalar)
        }
        if let fault = stream.write("\(message.at.text) \(String(visible))\n") {
            throw FileWriting.fault("write", fault)
        }
    }
}

/// One JSON object a line, appended. At `largest` bytes the file is put aside under the same name with `.1`.
public struct FileChannel: AlertChannel {
    private let path: String
    private let largest: Int

    public init(path: String, largest: Int = 16 << 20) {
        self.path = path
        self.largest = largest
    }

    public func deliver(_ message: ChannelMessage, unless stop: StopFlag) throws(DeliveryFault) {
        var about = stat()
        if stat(path, &about) == 0, about.st_size >= largest, rename(path, path + ".1") != 0 {
            throw FileWriting.fault("rename")
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileWriting.fault("open") }
        defer { close(descriptor) }
        try FileWriting.write(Array((message.json + "\n").utf8), to: descriptor)
        guard fdatasync(descriptor) == 0 else { throw FileWriting.fault("fdatasync") }
    }
}

enum FileWriting {
    static func fault(_ call: String, _ code: Int32 = errno) -> DeliveryFault {
        DeliveryFault("\(call): \(String(cString: strerror(code)))")
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(DeliveryFault) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                written += count
            } else if errno != EINTR {
                throw fault("write")
            }
        }
    }
}
