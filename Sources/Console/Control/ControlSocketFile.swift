import Control
import Glibc

/// The file of a control socket, from the checks before it is made until it is removed: owner-only, in an
/// owner-only directory, never in place of one that lives.
struct ControlSocketFile {
    let address: UnixAddress
    /// Bound and listening; whoever starts the server takes it over.
    let descriptor: Int32
    private let identity: Identity

    /// Which file it is, whatever its name.
    private struct Identity: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    init(_ address: UnixAddress) throws(ControlServer.Fault) {
        let directory = try ControlSocketFile.directory(of: address.path)
        defer { close(directory) }
        // Held until the socket listens: of two servers that start here, the second finds the first alive.
        guard flock(directory, LOCK_EX) == 0 else { throw .failed(address.path, "flock", errno: errno) }
        try ControlSocketFile.clear(address)
        descriptor = try ControlSocketFile.bound(address)
        guard listen(descriptor, 64) == 0, let identity = ControlSocketFile.identity(address.path) else {
            let code = errno
            close(descriptor)
            throw .failed(address.path, "listen", errno: code)
        }
        self.identity = identity
        self.address = address
    }

    /// Removes the file if it is still the one that was made.
    func remove() {
        guard ControlSocketFile.identity(address.path) == identity else { return }
        unlink(address.path)
    }

    private static func directory(of path: String) throws(ControlServer.Fault) -> Int32 {
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let directory = parent.isEmpty ? "/" : parent
        if mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw .failed(directory, "mkdir", errno: errno)
        }
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed(directory, "open", errno: errno) }
        var about = stat()
        guard fstat(descriptor, &about) == 0, about.st_uid == geteuid(), about.st_mode & 0o077 == 0 else {
            close(descriptor)
            throw .openDirectory(directory)
        }
        return descriptor
    }

    /// Takes away what a dead process left; anything else that stands there stays.
    private static func clear(_ address: UnixAddress) throws(ControlServer.Fault) {
        var about = stat()
        guard lstat(address.path, &about) == 0 else {
            guard errno == ENOENT else { throw .failed(address.path, "lstat", errno: errno) }
            return
        }
        guard about.st_mode & S_IFMT == S_IFSOCK else { throw .occupied(address.path) }
        guard !address.isLive else { throw .inUse(address.path) }
        guard unlink(address.path) == 0 || errno == ENOENT else {
            throw .failed(address.path, "unlink", errno: errno)
        }
    }

    /// The file gets the socket's own mode, less the umask: it is owner-only from its first moment.
    private static func bound(_ address: UnixAddress) throws(ControlServer.Fault) -> Int32 {
        guard let descriptor = UnixAddress.makeSocket() else {
            throw .failed(address.path, "socket", errno: errno)
        }
        guard fchmod(descriptor, 0o600) == 0,
            address.withAddress({ bind(descriptor, $0, $1) }) == 0,
            // A umask without the owner's bits would leave a socket that nobody may use.
            chmod(address.path, 0o600) == 0
        else {
            let code = errno
            close(descriptor)
            throw .failed(address.path, "bind", errno: code)
        }
        return descriptor
    }

    private static func identity(_ path: String) -> Identity? {
        var about = stat()
        guard lstat(path, &about) == 0, about.st_mode & S_IFMT == S_IFSOCK else { return nil }
        return Identity(device: UInt64(about.st_dev), inode: UInt64(about.st_ino))
    }
}
