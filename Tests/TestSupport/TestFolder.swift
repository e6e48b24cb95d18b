import FoundationEssentials
import Glibc

/// A folder of a test under /tmp, or under another folder. Its path is short, because the path of a unix socket has at
/// most 107 bytes. It is accessible to other users, because PostgreSQL and the workers of nginx run as such.
///
/// It is removed when the last reference is released or the test process exits, unless AUTHFCGI_TEST_KEEP is set.
package final class TestFolder: Sendable {
    package let path: String

    package convenience init() throws { try self.init(below: "/tmp") }

    init(below root: String) throws {
        var template = Array("\(root)/afXXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SupportError.lastSystemError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
        ExitCleanup.add(folder: path)
        try Self.setMode(0o755, of: path)
    }

    deinit {
        ExitCleanup.remove(folder: path)
    }

    /// Creates a folder for a server's data, in memory if there is plenty. A new PostgreSQL database takes several
    /// times as much processor time on a disk, even without waiting for writes.
    static func forData() throws -> TestFolder { try TestFolder(below: dataRoot) }

    /// The databases of all suites take some 3 GB at the end.
    private static let dataRoot: String = {
        let (memory, needed) = ("/dev/shm", 6 << 30)
        var space = statvfs()
        guard unsafe statvfs(memory, &space) == 0, unsafe access(memory, W_OK) == 0,
            Int(space.f_bavail) * Int(space.f_frsize) >= needed
        else { return "/tmp" }
        let line = readText("/proc/meminfo").split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        let available = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return available * 1024 >= needed ? memory : "/tmp"
    }()

    /// Returns the path of a file in the folder.
    package func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Creates a folder in this one, unless it exists, and returns its path. It belongs to `user` if the tests run as
    /// root.
    @discardableResult
    package func makeFolder(_ name: String, mode: UInt32 = 0o755, user: String? = nil) throws -> String {
        let path = path(name)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Self.setMode(mode, of: path)
        if let user, geteuid() == 0 {
            guard let entry = unsafe getpwnam(user) else { throw SupportError.unexpected("no user \(user)") }
            guard unsafe chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else {
                throw SupportError.lastSystemError("chown \(path)")
            }
        }
        return path
    }

    /// Writes a file in the folder and returns its path.
    @discardableResult
    package func write(_ name: String, _ text: String, mode: UInt32 = 0o644) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        try Self.setMode(mode, of: path(name))
        return path(name)
    }

    /// Returns the text of a file, or an empty one if there is no such file.
    package func read(_ name: String) -> String { readText(path(name)) }

    private static func setMode(_ mode: UInt32, of path: String) throws {
        guard unsafe chmod(path, mode) == 0 else { throw SupportError.lastSystemError("chmod \(path)") }
    }
}

/// Returns the text of a file from a byte offset on, or an empty one if there is no such file.
func readText(_ path: String, from offset: Int = 0) -> String {
    String(decoding: readBytes(path, from: offset), as: UTF8.self)
}

/// Returns the bytes of a file from an offset on, or none if there is no such file.
///
/// Does not use Foundation: waiting for a log and inspecting processes reads files hundreds of times a second.
func readBytes(_ path: String, from offset: Int = 0) -> [UInt8] {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    guard offset == 0 || lseek(file, off_t(offset), SEEK_SET) >= 0 else { return [] }
    var bytes: [UInt8] = []
    while true {
        // Files of /proc have a reported size of 0.
        let room = max(4096, bytes.count)
        let part = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            count = unsafe max(0, read(file, buffer.baseAddress, room))
        }
        guard !part.isEmpty else { return bytes }
        bytes += part
    }
}
