import Glibc
import TestSupport
import Testing

@testable import AuthFCGI

/// The file of a listening unix socket, in a directory in which others may write.
struct UnixListenerTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func mode(of path: String) -> UInt32 {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test func `the file has the mode and the group that were set`() throws {
        let path = folder.path("gate.sock")
        let socket = try UnixListener.open(path: path, kind: .http, mode: 0o620, group: getegid())
        #expect(mode(of: path) == 0o620)
        socket.removeFile()
        #expect(mode(of: path) == 0)
    }

    /// Root would give away any file otherwise.
    @Test func `a symbolic link in the place of the new socket is never followed`() throws {
        let (path, victim, link) = (folder.path("gate.sock"), folder.path("victim"), folder.path("link"))
        _ = try folder.write("victim", "secret", mode: 0o600)
        let other = JoinableThread {
            for _ in 0..<40_000 {
                unsafe symlink(victim, link)
                unsafe rename(link, path)
            }
        }
        for _ in 0..<1000 {
            unsafe unlink(path)
            do {
                try UnixListener.open(path: path, kind: .http, mode: 0o666, group: nil).removeFile()
            } catch {
                // What is expected where the link was in time.
            }
        }
        other.join()
        #expect(mode(of: victim) == 0o600)
    }

    @Test func `a lock that somebody else holds on the directory delays the start, and does not prevent it`() throws {
        let descriptor = unsafe Glibc.open(folder.path, O_RDONLY | O_DIRECTORY)
        try #require(flock(descriptor, LOCK_EX) == 0)
        defer { close(descriptor) }
        let start = ContinuousClock.now
        let socket = try UnixListener.open(path: folder.path("gate.sock"), kind: .http, mode: 0o600, group: nil)
        #expect(ContinuousClock.now - start < .seconds(10))
        socket.removeFile()
    }
}
