import CCurl
import Glibc

/// One transfer by libcurl, from its options to its end. Blocks. Nothing of the address or of a secret gets
/// into its errors: libcurl's words for a code are all they say.
final class CurlTransfer {
    /// For the connection with its handshake, and for the whole.
    static let connectMilliseconds = 3_000
    static let wholeMilliseconds = 5_000

    private let handle: UnsafeMutableRawPointer?
    private var lists: [UnsafeMutablePointer<curl_slist>?] = []
    private var fault: String?

    private static let isReady: Bool = ccurl_begin() == CURLE_OK

    /// - Parameter protocols: what the address may be, as `http,https`.
    init(_ url: String, protocols: String, authority: String?) {
        handle = CurlTransfer.isReady ? curl_easy_init() : nil
        if handle == nil { fault = "libcurl does not start" }
        text(CURLOPT_URL, url)
        text(CURLOPT_PROTOCOLS_STR, protocols)
        // Where alerts go is said in the configuration alone, not by a variable of the environment.
        text(CURLOPT_PROXY, "")
        number(CURLOPT_NOSIGNAL, 1)
        number(CURLOPT_CONNECTTIMEOUT_MS, CurlTransfer.connectMilliseconds)
        number(CURLOPT_TIMEOUT_MS, CurlTransfer.wholeMilliseconds)
        number(CURLOPT_SSL_VERIFYPEER, 1)
        number(CURLOPT_SSL_VERIFYHOST, 2)
        number(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let authority { text(CURLOPT_CAINFO, authority) }
    }

    deinit {
        for list in lists { curl_slist_free_all(list) }
        if let handle { curl_easy_cleanup(handle) }
    }

    private func check(_ code: CURLcode) {
        guard code != CURLE_OK, fault == nil else { return }
        fault = "libcurl refuses an option: \(String(cString: curl_easy_strerror(code)))"
    }

    func text(_ option: CURLoption, _ value: String) {
        if let handle { check(ccurl_set_text(handle, option, value)) }
    }

    func number(_ option: CURLoption, _ value: Int) {
        if let handle { check(ccurl_set_number(handle, option, value)) }
    }

    func list(_ option: CURLoption, _ values: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for value in values { list = curl_slist_append(list, value) }
        lists.append(list)
        if let handle { check(ccurl_set_list(handle, option, list)) }
    }

    func post(_ body: String) {
        guard let handle else { return }
        let bytes = Array(body.utf8)
        bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                check(ccurl_set_body(handle, text.baseAddress, text.count))
            }
        }
    }

    /// Carries it out, with what is uploaded if something is; answers the other side's status.
    func perform(upload: String? = nil, unless stop: StopFlag) throws(DeliveryFault) -> Int {
        guard let handle, fault == nil else { throw DeliveryFault(fault ?? "libcurl does not start") }
        let source = UploadSource(Array((upload ?? "").utf8))
        let code = withExtendedLifetime((source, stop)) {
            if upload != nil {
                check(
                    ccurl_set_reading(
                        handle, { UploadSource.read($0, $1, $2, $3) },
                        Unmanaged.passUnretained(source).toOpaque()))
            }
            // What the other side says is not kept: it could quote what it was sent.
            check(ccurl_set_writing(handle, { _, size, count, _ in size * count }, nil))
            check(
                ccurl_set_progress(
                    handle, { context, _, _, _, _ in CurlTransfer.shallStop(context) },
                    Unmanaged.passUnretained(stop).toOpaque()))
            return curl_easy_perform(handle)
        }
        if code == CURLE_ABORTED_BY_CALLBACK { throw DeliveryFault("the node is ending") }
        let status = Int(ccurl_status(handle))
        guard code == CURLE_OK else {
            let answer = status > 0 ? " (the other side said \(status))" : ""
            throw DeliveryFault(String(cString: curl_easy_strerror(code)) + answer)
        }
        return status
    }

    private static func shallStop(_ context: UnsafeMutableRawPointer?) -> Int32 {
        guard let context else { return 0 }
        return Unmanaged<StopFlag>.fromOpaque(context).takeUnretainedValue().isSet ? 1 : 0
    }
}

/// The bytes of an upload, handed out as libcurl asks for them.
private final class UploadSource {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func read(
        _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
        _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let buffer, let context else { return 0 }
        let source = Unmanaged<UploadSource>.fromOpaque(context).takeUnretainedValue()
        let length = min(size * count, source.bytes.count - source.position)
        source.bytes.withUnsafeBytes {
            guard length > 0, let base = $0.baseAddress else { return }
            memcpy(buffer, base + source.position, length)
        }
        source.position += length
        return length
    }
}
