/// Files named by the SHA-256 of what they hold: what once was, as it was. One that was put there is never
/// changed, and one that was changed is not believed.
public struct ContentArchive: Sendable {
    private let directory: String

    /// - Parameter directory: made when something is first put there.
    public init(_ directory: String) { self.directory = directory }

    public func path(of digest: String) -> String { directory + "/" + digest + ".json" }

    /// Answers the digest.
    public func store(_ bytes: [UInt8]) throws(FileFault) -> String {
        let digest = HexDigest.of(bytes)
        if try read(digest) != nil { return digest }
        try DurableFile.makeDirectory(directory)
        try DurableFile.write(bytes, to: path(of: digest))
        return digest
    }

    /// `nil`: it is not there, or it is not what its name says.
    public func read(_ digest: String) throws(FileFault) -> [UInt8]? {
        guard digest.count == 64, digest.allSatisfy({ $0.isHexDigit }),
            let bytes = try DurableFile.read(path(of: digest)), HexDigest.of(bytes) == digest
        else { return nil }
        return bytes
    }
}
