import EventLoop
import TestSupport

/// Waits until a condition of state on the loop is true, while the loop runs.
@EventLoop
func eventuallyOnLoop(
    _ what: String, file: String = #fileID, line: Int = #line, _ condition: @EventLoop () -> Bool
) async throws {
    let deadline = Deadline(within: .seconds(10))
    while !condition() {
        guard !deadline.hasPassed else {
            throw SupportError.timedOut("\(what), not so in time (\(file):\(line))", log: "")
        }
        await Reactor.shared.sleep(for: .milliseconds(5))
    }
}
