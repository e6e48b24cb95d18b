import TestSupport
import Testing

/// Expects that requests with the token of a session that has just ended are refused within the default of
/// REVOCATION_DELAY. Workers other than the one that ended it are notified slightly later.
///
/// - Parameter status: Sends such a request and returns its status. Only 200 may precede 401.
func expectRefused(sourceLocation: SourceLocation = #_sourceLocation, _ status: () throws -> Int) throws {
    let end = ContinuousClock.now + .seconds(1)
    while true {
        let begunAt = ContinuousClock.now
        let answer = try status()
        if answer == 401 { return }
        #expect(answer == 200 && begunAt < end, sourceLocation: sourceLocation)
        guard begunAt < end else { return }
    }
}
