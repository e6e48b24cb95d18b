import CLinux
import Glibc
import Synchronization

/// A program that runs beside the tests until it is stopped, in its own process group, with stdout and stderr in a log
/// file.
///
/// When the last reference is released, the process group is killed and the process reaped.
package final class ServerProcess: Sendable {
    package let processIdentifier: Int32
    package let logFile: String

    private let name: String
    private let handle: Descriptor
    private let stopSignal: Int32
    /// The offset at which this process's part of the log file begins. The file may have existed before.
    private let logStart: Int
    private let outcome = Mutex<ExitStatus?>(nil)

    /// Starts `path`. A name without a slash is looked up in PATH.
    ///
    /// - Parameters:
    ///   - environment: Variables in addition to PATH, HOME and LANG. The child inherits no others.
    ///   - user: The user to run as if the tests run as root.
    ///   - logFile: The file to append to.
    ///   - descriptors: The descriptors that the child inherits besides stdout and stderr: its number in the child, and
    ///     its number in this process. Without a 0, stdin is /dev/null.
    ///   - setsListenPID: Whether LISTEN_PID is set to the child's pid, as for socket activation.
    ///   - stopSignal: The signal that `stop()` sends.
    package init(
        _ path: String, _ arguments: [String] = [], environment: [String: String] = [:], workingFolder: String? = nil,
        user: String? = nil, logFile: String, descriptors: [Int32: Int32] = [:], setsListenPID: Bool = false,
        stopSignal: Int32 = SIGTERM
    ) throws {
        let log = try Descriptor(opening: logFile, O_WRONLY | O_CREAT | O_APPEND)
        let null = try Descriptor(opening: "/dev/null", O_RDONLY)
        let start = Int(lseek(log.number, 0, SEEK_END))
        let process = try Spawn(
            path: path, arguments: arguments, environment: environment, workingFolder: workingFolder, user: user,
            descriptors: [0: null.number, 1: log.number, 2: log.number].merging(descriptors) { $1 },
            setsListenPID: setsListenPID
        ).start()
        handle = try Descriptor(process: process)
        processIdentifier = process
        name = path.split(separator: "/").last.map(String.init) ?? path
        logStart = start
        self.logFile = logFile
        self.stopSignal = stopSignal
        ExitCleanup.add(process: process, stopSignal: stopSignal)
    }

    deinit {
        kill()
    }

    /// The output of this process so far.
    package var log: String { readText(logFile, from: logStart) }

    /// A Boolean value that indicates whether the process has not ended yet. A stopped process (SIGSTOP) is running.
    package var isRunning: Bool { status == nil }

    /// The exit status, or nil while the process runs.
    package var status: ExitStatus? {
        outcome.withLock { outcome in
            if outcome == nil { outcome = reap() }
            return outcome
        }
    }

    /// Sends a signal to the process, not to its group. Does nothing if the process has ended.
    package func send(_ signal: Int32) {
        outcome.withLock { outcome in
            if outcome == nil { _ = Glibc.kill(processIdentifier, signal) }
        }
    }

    /// Waits for the process to end on its own.
    @discardableResult
    package func waitForExit(within duration: Duration = .seconds(10)) throws -> ExitStatus {
        _ = handle.wait(for: POLLIN, until: Deadline(within: duration))
        guard let status else { throw SupportError.timedOut("\(name) still runs after \(duration)", log: log) }
        return status
    }

    /// Waits until the process has written `text`.
    package func waitForLog(containing text: String, within duration: Duration = .seconds(10)) throws {
        try eventually("\(name) logs \"\(text)\"", within: duration, log: log) {
            if log.contains(text) { return true }
            try requireRunning()
            return log.contains(text)
        }
    }

    /// Checks that the process runs.
    ///
    /// - Throws: An error with the end of the log if the process has ended.
    package func requireRunning() throws {
        if let status { throw SupportError.unexpected("\(name) ended with \(status)", log: log) }
    }

    /// Stops the process (stop signal, and SIGCONT in case it is stopped) and waits for its end.
    ///
    /// - Throws: An error if it had to be killed.
    @discardableResult
    package func stop(within duration: Duration = .seconds(10)) throws -> ExitStatus {
        send(stopSignal)
        send(SIGCONT)
        do {
            return try waitForExit(within: duration)
        } catch {
            let end = log
            kill()
            throw SupportError.timedOut("\(name) did not stop within \(duration) and was killed", log: end)
        }
    }

    /// Kills the process and the rest of its process group, and reaps it.
    package func kill() {
        outcome.withLock { outcome in
            // The number of the group stays in use while it has a member. Another group can be hit only if all members
            // have ended and the number has been reused.
            Glibc.kill(-processIdentifier, SIGKILL)
            guard outcome == nil else { return }
            Glibc.kill(processIdentifier, SIGKILL)
            _ = handle.wait(for: POLLIN, until: Deadline(within: .seconds(10)))
            outcome = reap()
        }
    }

    private func reap() -> ExitStatus? {
        var status: Int32 = 0
        guard unsafe waitpid(processIdentifier, &status, WNOHANG) == processIdentifier else { return nil }
        ExitCleanup.remove(process: processIdentifier)
        return ExitStatus(waitStatus: status)
    }
}

extension ServerProcess {
    /// Runs a short command to its end and returns its output and status.
    ///
    /// - Throws: An error if the command does not end in time; it is killed then. A command that fails is a result, not
    ///   an error.
    package static func run(
        _ path: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String? = nil,
        workingFolder: String? = nil, user: String? = nil, within duration: Duration = .seconds(60)
    ) throws -> CommandResult {
        let (stdin, stdout, stderr) = (try MemoryFile(input ?? ""), try MemoryFile(), try MemoryFile())
        let process = try Spawn(
            path: path, arguments: arguments, environment: environment, workingFolder: workingFolder, user: user,
            descriptors: [0: stdin.descriptor, 1: stdout.descriptor, 2: stderr.descriptor]
        ).start()
        ExitCleanup.add(process: process, stopSignal: SIGKILL)
        defer { ExitCleanup.remove(process: process) }
        let isOver = try Descriptor(process: process).wait(for: POLLIN, until: Deadline(within: duration))
        if !isOver { Glibc.kill(-process, SIGKILL) }
        var status: Int32 = 0
        unsafe waitpid(process, &status, 0)
        guard isOver else {
            let log = try stdout.text() + stderr.text()
            throw SupportError.timedOut("\(path) \(arguments.joined(separator: " "))", log: log)
        }
        return CommandResult(
            status: ExitStatus(waitStatus: status), output: try stdout.text(), errors: try stderr.text())
    }

    /// Runs a short command that must succeed and returns its output.
    @discardableResult
    package static func output(
        _ path: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String? = nil,
        workingFolder: String? = nil, user: String? = nil, within duration: Duration = .seconds(60)
    ) throws -> String {
        let result = try run(
            path, arguments, environment: environment, input: input, workingFolder: workingFolder, user: user,
            within: duration)
        guard result.status.isSuccess else {
            let command = ([path] + arguments).joined(separator: " ")
            throw SupportError.unexpected("\(command): \(result.status)", log: result.output + result.errors)
        }
        return result.output
    }
}
