internal import CLinux
internal import EventLoop
internal import Glibc

/// A running child process. Only this object signals and reaps it.
@EventLoop
final class ChildProcess: ReadinessHandler {
    let pid: pid_t
    // A pidfd (pidfd_open(2)): unlike a pid, it never refers to another process later.
    private let descriptor: FileDescriptor
    private let onExit: @EventLoop (ExitReason) -> Void
    private var isReaped = false

    /// Starts another process of this program.
    /// - Parameters:
    ///   - arguments: the command line, beginning with the program's name.
    ///   - environment: the complete environment.
    ///   - descriptors: the descriptors to duplicate and their numbers in the child; descriptor 0 is /dev/null.
    ///   - onExit: called once, when the process has ended.
    init(
        arguments: [String], environment: [String: String], descriptors: [(source: Int32, number: Int32)],
        onExit: @escaping @EventLoop (ExitReason) -> Void
    ) throws(SystemError) {
        pid = try Self.spawn(arguments, environment.map { "\($0.key)=\($0.value)" }, descriptors)
        do throws(SystemError) {
            // The pid still refers to this child: no other code waits for it.
            descriptor = try FileDescriptor("pidfd_open", pidfd_open(pid, 0))
        } catch {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            throw error
        }
        self.onExit = onExit
        Reactor.shared.add(descriptor.number, .readable, self)
    }

    /// Sends a signal. Has no effect once the process has ended.
    func signal(_ number: Int32) { _ = pidfd_send_signal(descriptor.number, number, nil, 0) }

    func ready(_ readiness: Readiness) {
        var information = unsafe siginfo_t()
        let result = unsafe waitid(P_PIDFD, id_t(descriptor.number), &information, WEXITED | WNOHANG)
        guard result == 0, unsafe information.si_code != 0, !isReaped else { return }
        isReaped = true
        Reactor.shared.remove(descriptor.number)
        let status = unsafe information._sifields._sigchld.si_status
        unsafe onExit(Int(information.si_code) == Int(CLD_EXITED) ? .exited(code: status) : .signal(status))
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String], _ descriptors: [(source: Int32, number: Int32)]
    ) throws(SystemError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (source, number) in descriptors { unsafe posix_spawn_file_actions_adddup2(&actions, source, number) }
        // This process blocks signals and ignores SIGPIPE; the child starts with an empty mask and default actions.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var arguments = CStringArray(arguments)
        var environment = CStringArray(environment)
        var pid: pid_t = 0
        // The executable of this process, even if a new version has replaced the file.
        let result = unsafe arguments.withPointer { arguments in
            unsafe environment.withPointer { environment in
                unsafe posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, arguments, environment)
            }
        }
        guard result == 0 else { throw SystemError("posix_spawn", code: result) }
        return pid
    }
}
