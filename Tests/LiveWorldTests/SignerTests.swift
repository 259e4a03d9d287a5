import Foundation
import Ports
import Testing

@testable import LiveWorld

@Suite struct `The signer` {
    struct Vectors: Decodable {
        struct Vector: Decodable {
            let exchange: String
            let name: String
            let secret: String
            let string_to_sign: String
            let expected: String
            let algorithm: String
            let path: String?
            let nonce: String?
        }
        let vectors: [Vector]
    }

    @Test(.enabled(if: SharedFiles.has("vectors/signatures.json")))
    func `it reproduces the venues' documented signatures`() throws {
        let vectors = try JSONDecoder().decode(
            Vectors.self, from: SharedFiles.data("vectors/signatures.json")
        ).vectors
        var checked = 0
        for vector in vectors {
            let signer = makeSigner(vector.secret)
            let message = Array(vector.string_to_sign.utf8)
            let signature: [UInt8]
            if vector.exchange == "kraken", let path = vector.path, let nonce = vector.nonce {
                signature = signer.hmacSHA512(Array(path.utf8) + signer.sha256(Array(nonce.utf8) + message))
            } else if vector.algorithm.contains("SHA256"), !vector.algorithm.contains("SHA512") {
                signature = signer.hmacSHA256(message)
            } else {
                continue
            }
            let isBase64 = vector.algorithm.contains("b64")
            let text =
                isBase64 ? Base64.encode(signature) : signature.map { String(format: "%02x", $0) }.joined()
            #expect(text == vector.expected, "\(vector.exchange) \(vector.name)")
            checked += 1
        }
        #expect(checked >= 10)
    }

    @Test func `RFC 4231 test case 2 and FIPS 180 hold`() {
        let signer = makeSigner("Jefe")
        #expect(
            hex(signer.hmacSHA256(Array("what do ya want for nothing?".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(hex(signer.sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(hex(Digest.sha1(Array("abc".utf8))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    }

    @Test func `the caller's secret is wiped, and no description tells it`() {
        var secret = Array("very-secret-value".utf8)
        let signer = OpenSSLSigner(wiping: &secret)
        #expect(secret.isEmpty)
        let access = VenueAccess(apiKey: "key-text", passphrase: "phrase-text", signer: signer)
        var dumped = ""
        dump(access, to: &dumped)
        dump(signer, to: &dumped)
        let told = "\(access) \(signer) \(String(reflecting: access)) \(String(reflecting: signer)) \(dumped)"
        for word in ["very-secret", "key-text", "phrase-text"] { #expect(!told.contains(word)) }
    }

    @Test func `it signs from many threads at once`() async {
        let signer = makeSigner("Jefe")
        let expected = signer.hmacSHA256([1, 2, 3])
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<500).allSatisfy { _ in signer.hmacSHA256([1, 2, 3]) == expected } }
            }
            for await isSame in group { #expect(isSame) }
        }
    }

    @Test func `base64 agrees with Foundation, both ways, and refuses what is none`() {
        var random = SplitMix(seed: 3)
        for count in 0..<200 {
            let bytes = random.bytes(count)
            let text = Data(bytes).base64EncodedString()
            #expect(Base64.encode(bytes) == text)
            #expect(decode(text) == bytes)
        }
        for bad in [
            "A", "AA", "AAA", "AA=A", "====", "A===", "AAA\n", "A A=", "AB==", "AAB=", "AAAA=", "Ä===",
        ] {
            #expect(decode(bad) == nil, "\(bad)")
        }
    }

    private func makeSigner(_ secret: String) -> OpenSSLSigner {
        var bytes = Array(secret.utf8)
        return OpenSSLSigner(wiping: &bytes)
    }
    private func decode(_ text: String) -> [UInt8]? {
        Array(text.utf8).withUnsafeBufferPointer { Base64.decode($0) }
    }
    private func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }
}
