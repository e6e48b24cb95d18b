internal import Glibc

/// The file of a unix socket, identified by its inode.
struct SocketFile: Sendable {
    let path: String
    private let device: dev_t
    private let inode: ino_t

    /// Identifies the present file at `path`; nil if there is none.
    init?(path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        self.path = path
        device = status.st_dev
        inode = status.st_ino
    }

    /// Removes the file, unless another one has replaced it.
    func remove() {
        guard let present = SocketFile(path: path), present.device == device, present.inode == inode else { return }
        unsafe unlink(path)
    }
}
