internal import CLinux
internal import Glibc

/// The protection of this process's memory, which holds tokens, passwords and keys.
enum ProcessMemory {
    /// Keeps the memory out of core dumps and from other processes of the same user: no core dump, no debugger, and no
    /// access to the environment and the open files in /proc (PR_SET_DUMPABLE). To be called first in each process:
    /// exec(3) ends the protection.
    static func protect() {
        _ = authfcgi_set_dumpable(0)
        setCoreLimit { _ in 0 }
    }

    /// Permits core dumps up to the hard limit, and debuggers: the setting CORE_DUMPS.
    static func permitDumps() {
        _ = authfcgi_set_dumpable(1)
        setCoreLimit { $0 }
    }

    /// Sets the soft limit of core dumps, and leaves the hard limit alone.
    private static func setCoreLimit(_ soft: (_ hard: rlim_t) -> rlim_t) {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = soft(limit.rlim_max)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }
}
