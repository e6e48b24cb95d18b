import TestSupport

/// Waits until an asynchronous condition is true, such as one that uses a store.
func eventually(
    _ what: String = "condition", within duration: Duration = .seconds(10), every pause: Duration = .milliseconds(5),
    log: @autoclosure () -> String = "", file: String = #fileID, line: Int = #line,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = Deadline(within: duration)
    while try await !condition() {
        guard !deadline.hasPassed else {
            throw SupportError.timedOut("\(what), not so within \(duration) (\(file):\(line))", log: log())
        }
        try await Task.sleep(for: pause)
    }
}
