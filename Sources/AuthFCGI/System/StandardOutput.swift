internal import ArgumentParser
internal import Glibc

/// The output of commands. All of it goes through here, since much of it comes from users and applications.
enum StandardOutput {
    /// Writes a text of one or several lines, and a line feed, without characters that have an effect on a terminal.
    /// - Throws: The exit code, after a message, if not all could be written.
    static func writeLine(_ text: String) throws(ExitCode) { try write(text + "\n") }

    /// Writes a text of one or several lines without characters that have an effect on a terminal.
    /// - Throws: The exit code, after a message, if not all could be written.
    static func write(_ text: String) throws(ExitCode) {
        var rest = Array(PrintableText.lines(text).utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {  // a non-blocking descriptor
                var waiting = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                unsafe _ = poll(&waiting, 1, -1)
            } else if errno != EINTR {
                let reason = unsafe String(cString: strerror(errno))
                throw CommandFailure.fail("cannot write the output: \(reason)", code: CommandFailure.outputCode)
            }
        }
    }
}
