internal import CLinux
internal import Glibc

/// The limit of open descriptors of this process (RLIMIT_NOFILE).
enum DescriptorLimit {
    /// The highest limit that is of use.
    private static let enough: rlim_t = 65_536

    /// The limit that ``raise()`` can reach.
    static var maximum: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(min(limit.rlim_max, enough))
    }

    /// Raises the soft limit to the hard limit, at most 65,536. Shells and init systems start programs with 1024, for
    /// the sake of programs that use select(2).
    /// - Returns: the limit in force.
    static func raise() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        let before = limit.rlim_cur
        limit.rlim_cur = min(limit.rlim_max, enough)
        guard limit.rlim_cur > before else { return Int(before) }
        guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return Int(before) }
        return Int(limit.rlim_cur)
    }
}
