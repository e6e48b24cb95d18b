internal import Glibc

/// What distinguishes the present state of a file from others: which file it is, its size, and when it was changed. Another
/// file in its place has another stamp, as when Kubernetes renews a secret by a symbolic link.
struct FileStamp: Equatable, Sendable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    /// The times of the last change of the contents and of the file's entry, in nanoseconds since 1970.
    let changes: [Int64]
}

extension FileStamp {
    /// Reads the stamp; nil if there is no file at `path`.
    init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        changes = [status.st_mtim, status.st_ctim].map { Int64($0.tv_sec) * 1_000_000_000 + Int64($0.tv_nsec) }
    }
}
