internal import CLinux
internal import Glibc

/// How many descriptors this process may have open.
enum DescriptorLimit {
    /// Raises the limit as far as the process may: shells and init systems start programs with 1024, the soft limit of
    /// programs that use select().
    /// - Returns: the limit in force.
    static func raise() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        let before = limit.rlim_cur
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        guard limit.rlim_cur > before else { return Int(before) }
        guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return Int(before) }
        return Int(limit.rlim_cur)
    }
}
