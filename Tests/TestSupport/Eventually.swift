import Glibc

/// Waits until `condition` is true, evaluating it repeatedly. An error of `condition` ends the wait.
///
/// - Throws: `SupportError.timedOut` with the position of the call, `what` and the end of the log if the condition is
///   not true in time.
package func eventually(
    _ what: String = "condition", within duration: Duration = .seconds(10), every pause: Duration = .milliseconds(5),
    log: @autoclosure () -> String = "", file: String = #fileID, line: Int = #line, _ condition: () throws -> Bool
) throws {
    let deadline = Deadline(within: duration)
    while try !condition() {
        guard !deadline.hasPassed else {
            throw SupportError.timedOut("\(what), not so within \(duration) (\(file):\(line))", log: log())
        }
        sleepThread(for: pause)
    }
}

/// Blocks the calling thread for a duration.
package func sleepThread(for duration: Duration) {
    let (seconds, attoseconds) = duration.components
    var pause = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    var left = timespec()
    while unsafe nanosleep(&pause, &left) != 0, errno == EINTR { pause = left }
}
