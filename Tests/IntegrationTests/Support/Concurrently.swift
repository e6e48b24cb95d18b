import Synchronization
import TestSupport

/// Calls `body` with each value in a thread of its own, and returns the results in the order of the values.
///
/// Expectations belong after it: in these threads no test is known to which they could be assigned.
///
/// - Throws: the error of the first value whose call has thrown one, when all calls have ended.
func concurrently<Value: Sendable, Outcome: Sendable>(
    _ values: [Value], _ body: @escaping @Sendable (Value) throws -> Outcome
) throws -> [Outcome] {
    let calls = values.map { value in
        let outcome = ConcurrentOutcome<Outcome>()
        return (outcome, JoinableThread { outcome.set(Result { try body(value) }) })
    }
    for (_, thread) in calls { thread.join() }
    return try calls.map { outcome, _ in
        guard let result = outcome.value else { throw SupportError.unexpected("a thread has ended without a result") }
        return try result.get()
    }
}

/// What a thread hands over to the one that joins it.
private final class ConcurrentOutcome<Outcome: Sendable>: Sendable {
    private let result = Mutex<Result<Outcome, any Error>?>(nil)

    var value: Result<Outcome, any Error>? { result.withLock { $0 } }

    func set(_ value: Result<Outcome, any Error>) { result.withLock { $0 = value } }
}
