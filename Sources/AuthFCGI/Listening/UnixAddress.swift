internal import CLinux
internal import Glibc

/// The address of a unix socket as a sockaddr_un (unix(7)).
struct UnixAddress {
    private var address = sockaddr_un()
    private let length: socklen_t

    /// Returns nil if `path` is empty or too long.
    /// - Parameter path: a path, or `@` and an abstract name.
    init?(_ path: String) {
        var bytes = Array(path.utf8)
        guard let first = bytes.first, bytes.count <= ListenPlace.maxPath else { return nil }
        let isAbstract = first == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        // The length ends an abstract name, a zero byte ends a path.
        length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1))
    }

    /// Calls `body` with the address. The pointer is valid during the call only.
    func withPointer<T>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }
}
