internal import CLinux
internal import EventLoop
internal import Glibc

/// The user whose rights this process has.
enum ProcessUser {
    /// The number of the user.
    static var current: UInt32 { geteuid() }

    /// Gives up the rights of root, for good: takes the groups and the number of `user`, and no program that this process may
    /// start gets more. Has no effect for root itself, and in a process of another user. To be called before the process has
    /// other threads.
    static func become(_ user: ServiceUser) throws(SystemError) {
        guard current == 0, !user.isRoot else { return }
        if let name = user.name {
            guard unsafe initgroups(name, user.gid) == 0 else { throw SystemError.last("initgroups") }
        } else {
            var group = user.gid
            guard unsafe setgroups(1, &group) == 0 else { throw SystemError.last("setgroups") }
        }
        // Of root these change the saved numbers too, so that there is no way back.
        guard setgid(user.gid) == 0 else { throw SystemError.last("setgid") }
        guard setuid(user.uid) == 0 else { throw SystemError.last("setuid") }
        guard setuid(0) != 0 else { throw SystemError("setuid", code: EPERM) }
        guard authfcgi_forbid_new_privileges() == 0 else { throw SystemError.last("prctl") }
        // libpq looks for files there, and would fail at those of root, which it may not read.
        ProcessEnvironment.add("HOME", user.home)
        // The kernel has decided anew after the change of the user.
        ProcessMemory.protect()
    }
}
