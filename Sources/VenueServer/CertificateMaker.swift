import COpenSSL

/// Makes a private certificate authority and one server certificate signed by it (P-256, SHA-256), all in
/// memory.
enum CertificateMaker {
    /// The authority's common name.
    static let authorityName = "arbsim test authority"

    struct Fault: Error {
        let reason: String
    }

    /// PEM texts. The authority's own key is not among them: nobody can sign with it again.
    struct Made {
        let authority: [UInt8]
        let server: [UInt8]
        let serverKey: [UInt8]
    }

    /// Certificates for the loopback's names, valid from an hour ago for `days` days.
    static func make(days: Int) throws(Fault) -> Made {
        let authorityKey = try newKey()
        defer { EVP_PKEY_free(authorityKey) }
        let serverKey = try newKey()
        defer { EVP_PKEY_free(serverKey) }
        let authority = try certificate(name: authorityName, key: authorityKey, days: days)
        defer { X509_free(authority) }
        try extend(
            authority, issuer: authority,
            [
                (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
                (NID_key_usage, "critical,keyCertSign,cRLSign"),
                (NID_subject_key_identifier, "hash"),
            ])
        try sign(authority, issuer: authority, key: authorityKey)
        let server = try certificate(name: "localhost", key: serverKey, days: days)
        defer { X509_free(server) }
        try extend(
            server, issuer: authority,
            [
                (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "serverAuth"), (NID_subject_key_identifier, "hash"),
                (NID_authority_key_identifier, "keyid:always"),
                (NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"),
            ])
        try sign(server, issuer: authority, key: authorityKey)
        return Made(
            authority: try pem { PEM_write_bio_X509($0, authority) },
            server: try pem { PEM_write_bio_X509($0, server) },
            serverKey: try pem { PEM_write_bio_PrivateKey($0, serverKey, nil, nil, 0, nil, nil) })
    }

    private static func newKey() throws(Fault) -> OpaquePointer {
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { throw failure("key") }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
            EVP_PKEY_generate(context, &key) == 1, let key
        else { throw failure("key") }
        return key
    }

    private static func certificate(name: String, key: OpaquePointer, days: Int) throws(Fault)
        -> OpaquePointer
    {
        guard let certificate = X509_new() else { throw failure("certificate") }
        var serial: UInt64 = 0
        let drawn = withUnsafeMutableBytes(of: &serial) {
            RAND_bytes($0.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32($0.count))
        }
        let subject = X509_get_subject_name(certificate)
        let utf8: Int32 = 0x1000  // MBSTRING_UTF8, a macro Swift does not import
        guard drawn == 1,
            X509_set_version(certificate, 2) == 1,  // 2 says version 3
            // a serial number is positive (RFC 5280 §4.1.2.2)
            ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), (serial >> 1) | 1) == 1,
            X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != nil,
            X509_gmtime_adj(X509_getm_notAfter(certificate), days * 86_400) != nil,
            X509_NAME_add_entry_by_txt(subject, "CN", utf8, name, -1, -1, 0) == 1,
            X509_set_pubkey(certificate, key) == 1
        else {
            X509_free(certificate)
            throw failure("certificate")
        }
        return certificate
    }

    private static func extend(
        _ certificate: OpaquePointer, issuer: OpaquePointer, _ extensions: [(nid: Int32, value: String)]
    ) throws(Fault) {
        // RFC 5280 wants the issuer's name set before its key identifier is taken
        guard X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 else {
            throw failure("issuer")
        }
        for (nid, value) in extensions {
            var context = X509V3_CTX()
            X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
            guard let entry = X509V3_EXT_conf_nid(nil, &context, nid, value) else { throw failure(value) }
            defer { X509_EXTENSION_free(entry) }
            guard X509_add_ext(certificate, entry, -1) == 1 else { throw failure(value) }
        }
    }

    private static func sign(
        _ certificate: OpaquePointer, issuer: OpaquePointer, key: OpaquePointer
    ) throws(Fault) {
        guard X509_sign(certificate, key, EVP_sha256()) > 0 else { throw failure("signature") }
    }

    private static func pem(_ write: (OpaquePointer?) -> Int32) throws(Fault) -> [UInt8] {
        guard let memory = BIO_new(BIO_s_mem()) else { throw failure("PEM") }
        defer { BIO_free(memory) }
        guard write(memory) == 1 else { throw failure("PEM") }
        var text = [UInt8](repeating: 0, count: BIO_ctrl_pending(memory))
        guard BIO_read(memory, &text, Int32(text.count)) == Int32(text.count) else { throw failure("PEM") }
        return text
    }

    private static func failure(_ what: String) -> Fault {
        var text = [UInt8](repeating: 0, count: 256)
        let code = ERR_get_error()
        text.withUnsafeMutableBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { ERR_error_string_n(code, $0.baseAddress, $0.count) }
        }
        return Fault(reason: "OpenSSL, \(what): " + String(decoding: text.prefix { $0 != 0 }, as: UTF8.self))
    }
}
