internal import EventLoop
internal import Glibc

/// Reads a small file whole.
enum TextFile {
    /// The maximum size in bytes. Secrets and settings are small; a larger file was named by mistake.
    static let limit = 1 << 20

    /// Reads a file, or a pipe (`--env-file <(…)`), whose writer may pause for up to 10 s.
    static func read(_ path: String) throws(TextFileError) -> String {
        var bytes: [UInt8] = []
        do throws(SystemError) {
            // Non-blocking, so that a pipe without a writer cannot block the supervisor in a reload.
            let file = unsafe try FileDescriptor("open", open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK))
            var chunk = [UInt8](repeating: 0, count: 16_384)
            while bytes.count <= limit {
                let count = unsafe Glibc.read(file.number, &chunk, chunk.count)
                if count == 0 { break }
                if count > 0 {
                    bytes += chunk[..<count]
                } else if errno == EAGAIN {
                    var waiting = pollfd(fd: file.number, events: Int16(POLLIN), revents: 0)
                    if unsafe poll(&waiting, 1, 10_000) == 0 { throw SystemError("read", code: ETIMEDOUT) }
                } else if errno != EINTR {
                    throw SystemError.last("read")
                }
            }
        } catch {
            throw error.code == ETIMEDOUT ? .silent : .system(error)
        }
        guard bytes.count <= limit else { throw .tooLong(limit: limit) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
        return text
    }
}
