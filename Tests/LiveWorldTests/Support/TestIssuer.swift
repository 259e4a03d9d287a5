import COpenSSL

/// A certificate authority that lives as long as a test, and the certificates it issues.
final class TestIssuer: @unchecked Sendable {
    struct Identity {
        let certificate: OpaquePointer
        let key: OpaquePointer
    }

    private let root: Identity

    init(name: String = "test authority") {
        let key = TestIssuer.makeKey()
        let certificate = TestIssuer.make(
            subject: name, issuer: name, key: key, signer: key, from: -3_600, until: 86_400,
            extensions: [
                (NID_basic_constraints, "critical,CA:TRUE"), (NID_key_usage, "critical,keyCertSign"),
            ])
        root = Identity(certificate: certificate, key: key)
        self.name = name
    }
    private let name: String

    /// `names`: as in `DNS:localhost,IP:127.0.0.1`. Times in seconds from now.
    func issue(names: String = "DNS:localhost", from: Int = -3_600, until: Int = 86_400) -> Identity {
        let key = TestIssuer.makeKey()
        let certificate = TestIssuer.make(
            subject: "venue", issuer: name, key: key, signer: root.key, from: from, until: until,
            extensions: [(NID_basic_constraints, "CA:FALSE"), (NID_subject_alt_name, names)])
        return Identity(certificate: certificate, key: key)
    }

    /// Writes the authority's own certificate as PEM.
    func write(to path: String) {
        guard let file = BIO_new_file(path, "w") else { preconditionFailure("cannot write \(path)") }
        precondition(PEM_write_bio_X509(file, root.certificate) == 1)
        BIO_free_all(file)
    }

    private static func makeKey() -> OpaquePointer {
        let context = EVP_PKEY_CTX_new_id(NID_ED25519, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        precondition(EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_keygen(context, &key) == 1)
        guard let key else { preconditionFailure("no key") }
        return key
    }

    private static func make(
        subject: String, issuer: String, key: OpaquePointer, signer: OpaquePointer, from: Int, until: Int,
        extensions: [(Int32, String)]
    ) -> OpaquePointer {
        guard let certificate = X509_new() else { preconditionFailure("no certificate") }
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int(UInt32.random(in: 1...UInt32.max)))
        X509_gmtime_adj(X509_getm_notBefore(certificate), from)
        X509_gmtime_adj(X509_getm_notAfter(certificate), until)
        X509_set_pubkey(certificate, key)
        for (name, text) in [
            (X509_get_subject_name(certificate), subject), (X509_get_issuer_name(certificate), issuer),
        ] {
            X509_NAME_add_entry_by_txt(
                name, "CN", MBSTRING_ASC, Array(text.utf8), Int32(text.utf8.count), -1, 0)
        }
        for (kind, value) in extensions {
            guard let made = X509V3_EXT_conf_nid(nil, nil, kind, value) else {
                preconditionFailure("extension \(value)")
            }
            X509_add_ext(certificate, made, -1)
            X509_EXTENSION_free(made)
        }
        precondition(X509_sign(certificate, signer, nil) > 0)
        return certificate
    }
}
