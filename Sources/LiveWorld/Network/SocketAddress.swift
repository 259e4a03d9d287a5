import Glibc

/// An IP address with a port, as connect(2) takes it.
struct SocketAddress: Sendable, CustomStringConvertible {
    private var storage = sockaddr_storage()
    private let length: socklen_t
    /// `203.0.113.7` or `2001:db8::7`.
    let description: String

    var family: Int32 { Int32(storage.ss_family) }

    /// From a numeric address; `nil` if `text` is a name.
    init?(numeric text: String, port: UInt16) {
        var v4 = sockaddr_in()
        var v6 = sockaddr_in6()
        if inet_pton(AF_INET, text, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutableBytes(of: &storage) { out in withUnsafeBytes(of: v4) { out.copyMemory(from: $0) }
            }
        } else if inet_pton(AF_INET6, text, &v6.sin6_addr) == 1 {
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = port.bigEndian
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            withUnsafeMutableBytes(of: &storage) { out in withUnsafeBytes(of: v6) { out.copyMemory(from: $0) }
            }
        } else {
            return nil
        }
        description = text
    }

    /// From one answer of getaddrinfo(3).
    init?(_ answer: addrinfo) {
        guard let address = answer.ai_addr, Int(answer.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size
        else {
            return nil
        }
        length = answer.ai_addrlen
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
            return nil
        }
        description = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(answer.ai_addrlen)))
        }
    }

    /// connect(2) on `descriptor`. The answer is the system's: 0, or -1 with errno.
    func connect(_ descriptor: Int32) -> Int32 {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, length)
            }
        }
    }
}
