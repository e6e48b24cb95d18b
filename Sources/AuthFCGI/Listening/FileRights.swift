internal import Glibc

/// The permission bits, the user and the group of a file.
struct FileRights: Equatable, Sendable {
    let mode: UInt32
    let user: UInt32
    let group: UInt32

    init(mode: UInt32, user: UInt32, group: UInt32) {
        self.mode = mode
        self.user = user
        self.group = group
    }

    /// Reads those of a socket; nil if there is none at `path`.
    init?(ofSocket path: String) { self.init(path, S_IFSOCK) }

    /// Reads those of a folder, also behind a symbolic link; nil if there is none at `path`.
    init?(ofFolder path: String) { self.init(path + "/.", S_IFDIR) }

    private init?(_ path: String, _ kind: mode_t) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == kind else { return nil }
        self.init(mode: status.st_mode & 0o7777, user: status.st_uid, group: status.st_gid)
    }
}
