import Glibc

/// Waits until `condition` holds, asking every now and then. What `condition` throws ends the wait.
///
/// - Throws: `SupportError.timedOut` with the caller's place, `what` and the log's end when it did not hold in time.
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

/// Blocks this thread for a while.
package func sleepThread(for duration: Duration) {
    let (seconds, attoseconds) = duration.components
    var pause = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    var left = timespec()
    while unsafe nanosleep(&pause, &left) != 0, errno == EINTR { pause = left }
}
