import TestSupport
import Testing

/// Expects that requests with the token of a session that has just ended are refused within REVOCATION_DELAY's default:
/// another worker than the one that ended it hears of it a little later.
///
/// - Parameter status: makes such a request; only 200 may come before 401.
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
