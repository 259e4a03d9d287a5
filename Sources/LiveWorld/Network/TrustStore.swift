import COpenSSL

/// Whom the node believes: the system's certificate authorities and, if given, those of one more file
/// (doubles bring their own). There is no switch that turns verification off.
final class TrustStore: @unchecked Sendable {
    /// Shared by all connections; OpenSSL counts references and locks inside.
    let context: OpaquePointer

    /// `extraCA`: path of a PEM file. Throws `TransportSetupFault` when it cannot be used.
    init(extraCA: String?) throws(TransportSetupFault) {
        ERR_clear_error()
        guard let method = TLS_client_method(), let context = SSL_CTX_new(method) else {
            throw .tls("OpenSSL has no TLS client: \(TLSFailure.takeErrors())")
        }
        self.context = context
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_MODE, Int(SSL_MODE_ENABLE_PARTIAL_WRITE), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_MODE, Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER), nil)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        // HTTP/1.1 is all that is spoken here; a front end that would choose HTTP/2 must not.
        let protocols: [UInt8] = [8] + Array("http/1.1".utf8)
        SSL_CTX_set_alpn_protos(context, protocols, UInt32(protocols.count))
        SSL_CTX_set_default_verify_paths(context)
        if let extraCA, SSL_CTX_load_verify_file(context, extraCA) != 1 {
            throw .certificateAuthority(path: extraCA, detail: TLSFailure.takeErrors())
        }
    }

    deinit { SSL_CTX_free(context) }

    /// A client session that will accept `endpoint` only under its own name. `nil`: out of memory.
    func makeSession(for endpoint: Endpoint) -> OpaquePointer? {
        guard let session = SSL_new(context) else { return nil }
        let parameters = SSL_get0_param(session)
        X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        let isNamed: Bool
        if SocketAddress(numeric: endpoint.host, port: endpoint.port) != nil {
            isNamed = X509_VERIFY_PARAM_set1_ip_asc(parameters, endpoint.host) == 1
        } else {
            // Server name indication: a front end serves many hosts. RFC 6066 forbids addresses here.
            let isAsked = endpoint.host.withCString { name in
                SSL_ctrl(
                    session, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
                    UnsafeMutableRawPointer(mutating: name))
            }
            isNamed = isAsked == 1 && SSL_set1_host(session, endpoint.host) == 1
        }
        guard isNamed else {
            SSL_free(session)
            return nil
        }
        SSL_set_connect_state(session)
        return session
    }
}

/// Why a transport could not be set up. The text names the remedy.
public enum TransportSetupFault: Error, Hashable, Sendable, CustomStringConvertible {
    case certificateAuthority(path: String, detail: String)
    case tls(String)

    public var description: String {
        switch self {
        case .certificateAuthority(let path, let detail):
            "cannot read certificate authorities from \(path): \(detail). Give a readable PEM file."
        case .tls(let detail): detail
        }
    }
}
