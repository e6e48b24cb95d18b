internal import CLinux
internal import EventLoop
internal import Glibc

/// Opens listening unix sockets.
enum UnixListener {
    /// Opens a socket at `path`. Mode and group are set before any client can connect.
    ///
    /// A socket file without a listening process, left by a process that is gone, is removed.
    /// - Parameter shown: the path in messages; nil for `path`.
    static func open(
        path: String, kind: ListenerKind, mode: UInt32, group: UInt32?, shown: String? = nil
    ) throws(ListenError) -> ListeningSocket {
        let shown = shown ?? path
        let name = "\(ListenAddress(kind, .unix(path: shown)))"
        guard let address = UnixAddress(path) else { throw .failed(name, SystemError("bind", code: ENAMETOOLONG)) }
        // Of two programs that start with the same old file, the second then finds the new socket of the first, and
        // does not remove it.
        let lock = try lockFolder(of: shown, name)
        defer { extendLifetime(lock) }
        if try isLeftover(path, name, address) {
            try ListenError.naming(name) { () throws(SystemError) in
                if unsafe unlink(path) != 0 { throw SystemError.last("unlink") }
            }
        }
        let socket = try ListenError.naming(name) { () throws(SystemError) in
            try FileDescriptor("socket", Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        }
        try bindPrivately(socket, shown, name, address)
        let file = SocketFile(path: path)
        do throws(ListenError) {
            try share(path, shown, name, mode: mode, group: group)
            return try ListeningSocket(socket, kind: kind, name: name, file: file)
        } catch {
            file?.remove()
            throw error
        }
    }

    /// Binds the socket with a mode that lets only this user connect.
    private static func bindPrivately(
        _ socket: borrowing FileDescriptor, _ path: String, _ name: String, _ address: UnixAddress
    ) throws(ListenError) {
        let mask = umask(0o177)
        let result = unsafe address.withPointer { unsafe bind(socket.number, $0, $1) }
        let error = SystemError.last("bind")
        umask(mask)
        guard result != 0 else { return }
        switch error.code {
        case EACCES, EPERM, EROFS: throw .notPermitted(path: path)
        case EADDRINUSE: throw .inUse(name)
        default: throw .failed(name, error)
        }
    }

    /// Sets the mode and group of the new socket's file.
    ///
    /// The directory may belong to another user, who can replace the file at any time: what is changed is the file that was
    /// looked at, never what a symbolic link leads to.
    private static func share(
        _ path: String, _ shown: String, _ name: String, mode: UInt32, group: UInt32?
    ) throws(ListenError) {
        let file = try ListenError.naming(name) { () throws(SystemError) in
            unsafe try FileDescriptor("open", authfcgi_open_path(path))
        }
        var status = stat()
        guard unsafe fstat(file.number, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK,
            status.st_uid == geteuid(), status.st_nlink == 1
        else { throw .replaced(path: shown) }
        if let group, authfcgi_set_group(file.number, group) != 0 {
            throw .group(path: shown, group: group, .last("chown"))
        }
        if unsafe chmod("/proc/self/fd/\(file.number)", mode) != 0 { throw .failed(name, .last("chmod")) }
    }

    /// Tries to open a socket in the directory of `path`, under another name, and removes it.
    /// - Parameter besideAnother: False if nothing is tried where a process listens at `path`.
    /// - Returns: True if a process listens at `path`.
    static func rehearse(
        path: String, kind: ListenerKind, mode: UInt32, group: UInt32?, besideAnother: Bool
    ) throws(ListenError) -> Bool {
        let name = "\(ListenAddress(kind, .unix(path: path)))"
        guard let address = UnixAddress(path) else { throw .failed(name, SystemError("bind", code: ENAMETOOLONG)) }
        let isInUse: Bool
        do throws(ListenError) {
            _ = try isLeftover(path, name, address)
            isInUse = false
        } catch {
            guard case .inUse = error else { throw error }
            isInUse = true
        }
        if isInUse, !besideAnother { return true }
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let trial = "\(path[...slash]).\(getpid())"
        try open(path: trial, kind: kind, mode: mode, group: group, shown: path).removeFile()
        return isInUse
    }

    /// The time for which the lock of a directory is waited for. A socket is opened within milliseconds, and everybody who may
    /// list the directory can hold its lock.
    private static let maxLockTries = 100
    private static let lockPause: useconds_t = 20_000

    /// Locks the directory of `path` until the returned descriptor is closed, unless another process does not release it.
    private static func lockFolder(of path: String, _ name: String) throws(ListenError) -> FileDescriptor {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        do throws(SystemError) {
            let folder = unsafe try FileDescriptor(
                "open", Glibc.open(String(path[...slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
            for _ in 0..<maxLockTries {
                if flock(folder.number, LOCK_EX | LOCK_NB) == 0 { break }
                guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemError.last("flock") }
                usleep(lockPause)
            }
            return folder
        } catch {
            switch error.code {
            case ENOENT, ENOTDIR: throw .missingFolder(path: path)
            case EACCES: throw .notPermitted(path: path)
            default: throw .failed(name, error)
            }
        }
    }

    /// Returns true if there is a socket file without a listening process, false if there is no file.
    private static func isLeftover(
        _ path: String, _ name: String, _ address: UnixAddress
    ) throws(ListenError) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return false }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        let probe = try ListenError.naming(name) { () throws(SystemError) in
            let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
            return try FileDescriptor("socket", Glibc.socket(AF_UNIX, type, 0))
        }
        // ECONNREFUSED: no process listens. Any other result, also a full backlog or a lack of permission to connect,
        // means that a process listens, or that this cannot be excluded.
        let isRefused =
            unsafe address.withPointer { unsafe connect(probe.number, $0, $1) } != 0 && errno == ECONNREFUSED
        guard isRefused else { throw .inUse(name) }
        return true
    }
}
