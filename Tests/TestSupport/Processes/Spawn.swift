import CLinux
import FoundationEssentials
import Glibc

/// The description of a child process to start. Replaces Foundation's Process, whose children may inherit a signal mask
/// that blocks SIGTERM.
struct Spawn {
    /// The path of the program. A name without a slash is looked up in PATH.
    var path: String
    var arguments: [String]
    /// Variables in addition to `baseEnvironment`. The child inherits no others.
    var environment: [String: String] = [:]
    var workingFolder: String?
    /// The user to run as. Requires root and is ignored otherwise.
    var user: String?
    /// The descriptors of this process by their number in the child. All others are closed.
    var descriptors: [Int32: Int32]
    /// A Boolean value that indicates whether LISTEN_PID is set to the child's pid.
    var setsListenPID = false

    /// Starts the child with all signals unblocked and at their default, in its own process group, and returns its pid.
    /// Each helper program before it replaces itself by exec, so the pid is that of the program.
    func start() throws -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        // The source descriptors are moved out of the way first: a source may have the number that another one is to
        // get.
        let lowest = max(64, (descriptors.keys.max() ?? 0) + 1)
        var copies: [Descriptor] = []
        for (number, source) in descriptors {
            let copy = fcntl(source, F_DUPFD_CLOEXEC, lowest)
            guard copy >= 0 else { throw SupportError.lastSystemError("dup of descriptor \(source)") }
            copies.append(Descriptor(owning: copy))
            unsafe posix_spawn_file_actions_adddup2(&actions, copy, number)
        }
        for open in Self.inheritableDescriptors() where descriptors[open] == nil {
            unsafe posix_spawn_file_actions_addclose(&actions, open)
        }

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        let command = commandLine()
        // The gate serves as root only if it is told to.
        let told = geteuid() == 0 && user == nil ? ["AUTHFCGI_USER": "root"] : [:]
        let merged = Self.baseEnvironment.merging(told) { $1 }.merging(environment) { $1 }
        var process: pid_t = 0
        let result = unsafe Self.withCStrings(command) { argv in
            unsafe Self.withCStrings(merged.map { "\($0)=\($1)" }) { envp in
                unsafe posix_spawnp(&process, command[0], &actions, &attributes, argv, envp)
            }
        }
        withExtendedLifetime(copies) {}
        guard result == 0 else { throw SupportError.system(call: "posix_spawn \(command[0])", code: result) }
        return process
    }

    private func commandLine() -> [String] {
        var command = [path] + arguments
        if setsListenPID {
            command = ["/bin/sh", "-c", #"export LISTEN_PID=$$; exec "$@""#, "sh"] + command
        }
        if let user, geteuid() == 0 {
            command = ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--init-groups", "--"] + command
        }
        if let workingFolder {
            command = ["env", "--chdir=\(workingFolder)"] + command
        }
        return command
    }

    /// A minimal environment, so that the tester's own settings (PGHOST and the like) have no effect. The other
    /// variables are for runs with sanitizers and coverage, and for toolchains in unusual places.
    private static let baseEnvironment: [String: String] = {
        var result = ["LANG": "C.UTF-8", "HOME": "/tmp"]
        let ours = ProcessInfo.processInfo.environment
        for name in ["LD_LIBRARY_PATH", "LLVM_PROFILE_FILE", "ASAN_OPTIONS", "TSAN_OPTIONS"] {
            result[name] = ours[name]
        }
        result["PATH"] =
            (ours["PATH"].map { $0 + ":" } ?? "") + "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return result
    }()

    private static func inheritableDescriptors() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap { Int32($0) }.filter { number in
            let flags = fcntl(number, F_GETFD)
            return number > 2 && flags >= 0 && flags & FD_CLOEXEC == 0
        }
    }

    /// Calls `body` with a NULL-terminated array of C strings that are valid during the call.
    private static func withCStrings<R>(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
    ) -> R {
        var pointers = unsafe strings.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe pointers.indices { unsafe free(pointers[index]) } }
        return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the array has at least its NULL") }
            return unsafe body(base)
        }
    }
}
