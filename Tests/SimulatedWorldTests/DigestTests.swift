import Testing
import TradingModel

@testable import SimulatedWorld

struct DigestTests {
    @Test func `SHA-2 gives the examples of FIPS 180-4`() {
        #expect(
            Hexadecimal.encode(Digest.sha256(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Hexadecimal.encode(Digest.sha256([]))
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            Hexadecimal.encode(Digest.sha512(Array("abc".utf8)))
                == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")
        #expect(
            Hexadecimal.encode(Digest.sha512([]))
                == "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
                + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e")
    }

    /// FIPS 180-4's two-block examples, and every length around a block's end is a message that pads
    /// differently.
    @Test func `messages that fill their last block are padded into a new one`() {
        let words = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        #expect(
            Hexadecimal.encode(Digest.sha256(Array(words.utf8)))
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        let long =
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
            + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"
        #expect(
            Hexadecimal.encode(Digest.sha512(Array(long.utf8)))
                == "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
                + "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909")
        var seen: Set<String> = []
        for count in 0...260 {
            let message = [UInt8](repeating: 0x61, count: count)
            seen.insert(Hexadecimal.encode(Digest.sha256(message)))
            seen.insert(Hexadecimal.encode(Digest.sha512(message)))
        }
        #expect(seen.count == 522)
    }

    /// RFC 4231 test cases 2 and 6: a short key, and a key longer than a block.
    @Test func `HMAC gives the examples of RFC 4231`() {
        let short = Digest.hmacSHA256(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
        #expect(
            Hexadecimal.encode(short) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let key = [UInt8](repeating: 0xaa, count: 131)
        let message = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
        #expect(
            Hexadecimal.encode(Digest.hmacSHA256(key: key, message))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
        #expect(
            Hexadecimal.encode(Digest.hmacSHA512(key: key, message))
                == "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
                + "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598")
    }

    @Test func `base64 round-trips every length and refuses what is not base64`() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: SeededHash.mix(UInt64($0 * 41 + count))) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        #expect(Base64.encode(Array("foob".utf8)) == "Zm9vYg==")
        for text in ["A", "====", "Zm9v!g==", "Z=9v", "Zg=a"] { #expect(Base64.decode(text) == nil) }
    }

    @Test(.enabled(if: SharedFiles.exist))
    func `every documented signature of the doubled venues is reproduced`() throws {
        let file = try SharedFiles.bytes("vectors/signatures.json")
        let vectors = try #require(try JSONDocument(file)["vectors"]?.elements)
        var checked = 0
        for vector in vectors {
            let venue = try #require(vector["exchange"]?.string)
            guard ["binance", "bybit", "okx", "kraken"].contains(venue) else { continue }
            let secret = try #require(vector["secret"]?.string)
            let message = Array(try #require(vector["string_to_sign"]?.string).utf8)
            let expected = try #require(vector["expected"]?.string)
            let key = Array(secret.utf8)
            switch venue {
            case "kraken":
                let path = try #require(vector["path"]?.string)
                let nonce = try #require(vector["nonce"]?.string)
                let decoded = try #require(Base64.decode(secret))
                let prehash = Array(path.utf8) + Digest.sha256(Array(nonce.utf8) + message)
                #expect(Base64.encode(Digest.hmacSHA512(key: decoded, prehash)) == expected)
            case "okx": #expect(Base64.encode(Digest.hmacSHA256(key: key, message)) == expected)
            default: #expect(Hexadecimal.encode(Digest.hmacSHA256(key: key, message)) == expected)
            }
            checked += 1
        }
        #expect(checked >= 7)
    }
}
