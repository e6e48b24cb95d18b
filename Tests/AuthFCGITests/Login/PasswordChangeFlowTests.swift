import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

/// The outcomes of a password change and the order of its effects, which fakes record.
@EventLoop
@Suite struct PasswordChangeFlowTests {
    private let stage = LoginStage()

    private static let asked = ["ticket", "user 7"]
    private static let start = asked + ["reserve ann, 7 from 192.0.2.7", "learn 5"]
    private static let checked = start + ["check 'secret' against stored"]
    private static let hashed = checked + ["hash 'correct horse battery staple'"]
    private static let changed = hashed + ["release", "change 7 to new hash"]
    private static let refused = "audit password change refused"
    private static let about = " of user 7, session s1"

    private func expect(
        _ outcome: PasswordChangeOutcome, _ effects: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await stage.changePassword() == outcome, sourceLocation: sourceLocation)
        #expect(stage.effects.all == effects, sourceLocation: sourceLocation)
    }

    @Test func `the reservation is released before the change, which keeps the session`() async throws {
        try await expect(.changed, Self.changed + ["audit password changed of user 7, session s1, ended=2"])
    }

    @Test func `the password of another application's user is not changed`() async throws {
        stage.store.user = nil
        try await expect(
            .foreignUser,
            Self.asked + ["audit sparingly password change refused (the password is not kept here)\(Self.about)"])
    }

    @Test(arguments: [("short", PasswordRules.Violation.tooShort), ("password", .common), ("", .empty)])
    func `an unacceptable new password reserves no attempt`(
        _ password: String, _ violation: PasswordRules.Violation
    ) async throws {
        #expect(try await stage.changePassword(to: password) == .unacceptable(violation))
        #expect(
            stage.effects.all == Self.asked + [
                "audit sparingly password change refused (unacceptable new password)\(Self.about)"
            ])
    }

    @Test func `guesses of the current password within a session are throttled`() async throws {
        stage.store.admission = .refused(seconds: 9)
        try await expect(
            .prevented(.throttled(seconds: 9)), Self.start + ["audit password change throttled\(Self.about)"])
    }

    @Test func `a wrong password stays a failure, and nothing is hashed`() async throws {
        stage.hasher.verdict = .success(.differs)
        try await expect(.wrongPassword, Self.checked + ["\(Self.refused) (wrong password)\(Self.about)"])
    }

    @Test func `a hash that no password matches is a wrong password, except in the log`() async throws {
        stage.hasher.verdict = .success(.unverifiable(.unusable))
        try await expect(.wrongPassword, Self.checked + ["\(Self.refused) (unusable hash)\(Self.about)"])
    }

    @Test func `when the hashing queue is full, the request is refused before the store is used`() async throws {
        stage.hasher.refusal = .busy(retryAfter: 4)
        try await expect(
            .prevented(.busy(seconds: 4)),
            ["no ticket", "audit sparingly password change unavailable (too many logins at once) of user 7"])
    }

    @Test func `nothing is hashed for a client that has gone, and the reservation is released`() async throws {
        stage.isWaiting = false
        try await expect(
            .prevented(.clientGone),
            Self.start + [
                "nobody waits for 'secret'", "release",
                "audit sparingly password change unavailable (the client has gone) of user 7",
            ])
    }

    @Test func `a new password that cannot be hashed changes nothing`() async throws {
        stage.hasher.hash = .failure(.failed("no memory"))
        try await expect(
            .prevented(.hashing),
            Self.hashed + [
                "release", "audit sparingly password change unavailable (passwords cannot be hashed) of user 7",
            ])
        #expect(stage.effects.logged == ["error: password check failed: no memory"])
    }

    @Test func `a session that has ended meanwhile changes nothing`() async throws {
        stage.store.endedByChange = nil
        stage.store.session = nil
        try await expect(
            .sessionOver,
            Self.changed + [
                "session", "\(Self.refused) (something has changed meanwhile)\(Self.about)",
            ])
    }

    @Test func `a password that was changed meanwhile is wrong`() async throws {
        stage.store.endedByChange = nil
        try await expect(
            .wrongPassword,
            Self.changed + ["session", "\(Self.refused) (something has changed meanwhile)\(Self.about)"])
    }

    nonisolated private static let steps = ["user", "reserve", "release", "change", "session"]

    @Test(arguments: steps, [SessionStoreError.unavailable("away"), .overloaded, .readOnly])
    func `a store that fails at any step ends the flow there`(_ step: String, _ error: SessionStoreError) async throws {
        stage.store.failures[step] = error
        stage.store.endedByChange = nil
        let done = (Self.changed + ["session"])
        let end = try #require(done.firstIndex { $0.hasPrefix(step) })
        let reason = error == .readOnly ? "takes no changes" : "cannot be reached"
        try await expect(
            .prevented(.store(error)),
            done[...end] + ["audit sparingly password change unavailable (the session store \(reason))\(Self.about)"])
    }
}
