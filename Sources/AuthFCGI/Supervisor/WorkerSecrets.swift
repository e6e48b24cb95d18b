internal import CLinux
internal import EventLoop
internal import Glibc

/// The secrets that the supervisor passes to a worker, and the operator's own pages: in memory that the worker inherits and
/// closes once it has read it. The environment would be no place for them: /proc shows it as long as the process lives, and
/// pages are too long for it.
struct WorkerSecrets: Equatable, Sendable {
    /// The secrets by the names of their variables, and the pages as ``PagesFolder/passed``.
    let values: [String: String]

    init(_ values: [String: String]) {
        self.values = values
    }

    /// Reads the secrets in a worker.
    init(reading descriptor: consuming FileDescriptor) throws(SystemError) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe pread(descriptor.number, &chunk, chunk.count, off_t(bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError.last("pread") }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        var values: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            let parts = entry.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw SystemError("pread", code: EINVAL) }
            values[String(decoding: parts[0], as: UTF8.self)] = String(decoding: parts[1], as: UTF8.self)
        }
        self.values = values
    }

    /// Writes the secrets into new memory (memfd_create(2)), each followed by a NUL.
    /// - Returns: the descriptor for a worker to inherit.
    func write() throws(SystemError) -> FileDescriptor {
        // 1 is MFD_CLOEXEC, which the header defines only with other feature macros.
        let descriptor = try FileDescriptor("memfd_create", unsafe memfd_create("authfcgi-secrets", 1)).moved()
        var rest = Array(values.map { "\($0.key)=\($0.value)\0" }.joined().utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor.number, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError.last("write") }
            rest = rest.dropFirst(count)
        }
        return descriptor
    }
}
