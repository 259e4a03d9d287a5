import COpenSSL

/// Words for what went wrong in TLS, with what a person can do about it.
enum TLSFailure {
    /// Why the handshake with `endpoint` failed.
    static func handshake(_ session: OpaquePointer, endpoint: Endpoint) -> String {
        let verdict = SSL_get_verify_result(session)
        let errors = takeErrors()
        guard verdict == Int(X509_V_OK) else {
            let text = String(cString: X509_verify_cert_error_string(verdict))
            return "TLS: certificate of \(endpoint.host) refused: \(text). \(remedy(Int32(verdict)))"
        }
        return errors.isEmpty
            ? "TLS: \(endpoint.host) ended the handshake"
            : "TLS: handshake with \(endpoint.host) failed: \(errors)"
    }

    /// Empties OpenSSL's error queue of this thread into one line.
    static func takeErrors() -> String {
        var texts: [String] = []
        while case let code = ERR_get_error(), code != 0 {
            if let reason = ERR_reason_error_string(code) { texts.append(String(cString: reason)) }
        }
        return texts.joined(separator: "; ")
    }

    private static func remedy(_ verdict: Int32) -> String {
        switch verdict {
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            "It belongs to another name: check the endpoint in the venue's file, and who answers there."
        case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID:
            "Check this machine's clock; if it is right, the venue must renew its certificate."
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            "Nobody here vouches for its issuer: install the package ca-certificates, "
                + "or for a double give its CA file."
        default:
            "Do not trade there until it is explained."
        }
    }
}
