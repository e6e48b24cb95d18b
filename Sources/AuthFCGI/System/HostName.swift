internal import Glibc

/// The name of this machine: in Kubernetes that of the pod, in Docker that of the container.
enum HostName {
    /// The name; empty if the system has none.
    static var current: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return "" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
