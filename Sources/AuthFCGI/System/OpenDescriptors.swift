internal import Glibc

/// The open descriptors of this process.
enum OpenDescriptors {
    /// Counts them; nil without /proc.
    static func count() -> Int? {
        guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        // The entries "." and "..", and the descriptor of the folder itself.
        return max(0, count - 3)
    }
}
