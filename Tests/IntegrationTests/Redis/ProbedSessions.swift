import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Live sessions and invalid tokens, to test whether a store distinguishes them.
struct ProbedSessions {
    let live: [(token: SessionToken, session: Session)]
    let dead: [SessionToken]

    /// Creates sessions, ends some of them once they are in Redis, and creates a token with a valid tag that was never
    /// issued.
    ///
    /// - Parameter isShared: Returns whether Redis has an entry for the hash of a token.
    static func make(_ pod: TestStore, isShared: (SHA256Digest) -> Bool) async throws -> ProbedSessions {
        var live: [(token: SessionToken, session: Session)] = []
        for name in ["ann", "bob", "größe"] { live.append(try await pod.signIn(name)) }
        var dead = [try await #require(pod.store.readLane.keys).newToken()]
        for name in ["cem", "dana"] { dead.append(try await pod.signIn(name).token) }
        for token in live.map(\.token) + dead.dropFirst() {
            try await eventually("the session lies in Redis", log: pod.log.text) {
                _ = try await pod.store.session(for: token)
                return isShared(token.hash)
            }
        }
        for token in dead.dropFirst() { try await pod.store.revoke(token) }
        return ProbedSessions(live: live, dead: dead)
    }

    /// Checks all of them concurrently.
    ///
    /// - Returns: The wrong results.
    /// - Throws: An error if a check has no result.
    func faults(of pod: TestStore) async throws -> [String] {
        try await withThrowingTaskGroup(of: String?.self) { group in
            for (token, session) in live {
                group.addTask {
                    switch try await Self.ask(pod, token) {
                    case .success(nil): "a live session is refused"
                    case .success(let found?):
                        found.id == session.id && found.identity == session.identity ? nil : "somebody else's session"
                    case .failure(let error): "\(error)"
                    }
                }
            }
            for token in dead {
                group.addTask {
                    switch try await Self.ask(pod, token) {
                    case .success(nil): nil
                    case .success: "a token that opens nothing is accepted"
                    case .failure(let error): "\(error)"
                    }
                }
            }
            return try await group.reduce(into: []) { if let fault = $1 { $0.append(fault) } }
        }
    }

    @EventLoop
    private static func ask(
        _ pod: TestStore, _ token: SessionToken
    ) async throws -> Result<PackedSession?, SessionStoreError> {
        let answer: Result<PackedSession?, SessionStoreError>? = await withCheckedContinuation { continuation in
            var isWaiting = true
            func take(_ answer: Result<PackedSession?, SessionStoreError>?) {
                guard isWaiting else { return }
                isWaiting = false
                continuation.resume(returning: answer)
            }
            Reactor.shared.schedule(after: .seconds(10)) { take(nil) }
            pod.store.lookUp(token) { take($0) }
        }
        guard let answer else { throw SupportError.timedOut("a check's answer", log: pod.log.text) }
        return answer
    }
}
