import COpenSSL

/// Judges certificates found on disk the way a client will: chain, dates, host names, and whether the key
/// belongs.
enum CertificateCheck {
    enum Finding {
        /// A client that trusts the authority accepts the server for 127.0.0.1 and localhost.
        case sound
        /// Made by `CertificateMaker`, in order, but its time is over.
        case expired
        case problem(String)
    }

    static func judge(authority: String, server: String, key: String) -> Finding {
        guard let trusted = load(authority, { PEM_read_bio_X509($0, nil, nil, nil) }) else {
            return .problem("ca.pem holds no certificate")
        }
        defer { X509_free(trusted) }
        guard let own = load(server, { PEM_read_bio_X509($0, nil, nil, nil) }) else {
            return .problem("server.pem holds no certificate")
        }
        defer { X509_free(own) }
        guard let secret = load(key, { PEM_read_bio_PrivateKey($0, nil, nil, nil) }) else {
            return .problem("server-key.pem holds no key")
        }
        defer { EVP_PKEY_free(secret) }
        guard X509_check_private_key(own, secret) == 1 else {
            return .problem("server-key.pem is not the key of server.pem")
        }
        guard X509_check_ip_asc(own, "127.0.0.1", 0) == 1, X509_check_host(own, "localhost", 0, 0, nil) == 1
        else {
            return .problem("server.pem is not for localhost and 127.0.0.1")
        }
        return chain(trusted: trusted, own: own)
    }

    private static func chain(trusted: OpaquePointer, own: OpaquePointer) -> Finding {
        guard let store = X509_STORE_new(), let context = X509_STORE_CTX_new() else {
            return .problem("OpenSSL has no memory")
        }
        defer {
            X509_STORE_CTX_free(context)
            X509_STORE_free(store)
        }
        guard X509_STORE_add_cert(store, trusted) == 1, X509_STORE_CTX_init(context, store, own, nil) == 1
        else {
            return .problem("OpenSSL refuses ca.pem")
        }
        guard X509_verify_cert(context) != 1 else { return .sound }
        let code = X509_STORE_CTX_get_error(context)
        let reason = X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "error \(code)"
        if code == X509_V_ERR_CERT_HAS_EXPIRED, isOurs(trusted) { return .expired }
        return .problem("server.pem does not verify against ca.pem: \(reason)")
    }

    private static func isOurs(_ authority: OpaquePointer) -> Bool {
        var name = [CChar](repeating: 0, count: 128)
        let subject = X509_get_subject_name(authority)
        let length = X509_NAME_get_text_by_NID(subject, NID_commonName, &name, Int32(name.count))
        return length > 0
            && name.prefix(Int(length)).elementsEqual(
                CertificateMaker.authorityName.utf8.map { CChar(bitPattern: $0) })
    }

    private static func load(_ path: String, _ read: (OpaquePointer) -> OpaquePointer?) -> OpaquePointer? {
        guard let file = BIO_new_file(path, "r") else { return nil }
        defer { BIO_free(file) }
        let found = read(file)
        ERR_clear_error()
        return found
    }
}
