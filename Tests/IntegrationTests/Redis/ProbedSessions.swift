import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Sessions that live and tokens that open nothing, and whether a store tells them apart.
struct ProbedSessions {
    let live: [(token: SessionToken, session: Session)]
    let dead: [SessionToken]

    /// Makes sessions, of which some end again once Redis has them, and a token with a good tag that was never issued.
    ///
    /// - Parameter isShared: whether Redis has the session of a token's hash.
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

    /// Asks the store for all of them at once.
    /// - Returns: what it said that is not so.
    /// - Throws: when a check is not answered at all.
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
