import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

/// The outcomes of a password change and the order of its effects, which fakes record.
@EventLoop
@Suite struct PasswordChangeFlowTests {
    private let stage = LoginStage()

    private static let asked = ["ticket", "user 7"]
    private static let start = asked + ["reserve ann, 7 from 192.0.2.7, showing a token", "learn 5"]
    private static let checked = start + ["check 'secret' against stored"]
    private static let hashed = checked + ["hash 'correct horse battery staple'"]
    private static let changed = hashed + ["change 7 to new hash"]
    private static let refused = "audit password change refused"
    private static let about = " of user 7, session s1"

    private func expect(
        _ outcome: PasswordChangeOutcome, _ effects: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await stage.changePassword() == outcome, sourceLocation: sourceLocation)
        #expect(stage.effects.all == effects, sourceLocation: sourceLocation)
    }

    @Test func `the reservation is released in the background, and the session is kept`() async throws {
        try await expect(.changed, Self.changed + ["audit password changed of user 7, session s1, ended=2"])
        await stage.runSpawned()
        #expect(stage.effects.all.last == "release")
    }

    nonisolated private static let ends: [AttemptEnd] = [
        .failure("wrong password") { $0.hasher.verdict = .success(.differs) },
        .failure("unusable hash") { $0.hasher.verdict = .success(.unverifiable(.unusable)) },
        .noFailure("changed") { _ in },
        .noFailure("busy") { $0.hasher.verdict = .failure(.busy(retryAfter: 2)) },
        .noFailure("client gone") { $0.isWaiting = false },
        .noFailure("no memory to check") { $0.hasher.verdict = .failure(.failed("no memory")) },
        .noFailure("no memory for the new hash") { $0.hasher.hash = .failure(.failed("no memory")) },
        .noFailure("busy for the new hash") { $0.hasher.hash = .failure(.busy(retryAfter: 2)) },
        .noFailure("changed meanwhile", isHeldBack: true) { $0.store.endedByChange = nil },
        .noFailure("session over", isHeldBack: true) { stage in
            stage.store.endedByChange = nil
            stage.store.session = nil
        },
        .noFailure("no answer about the session") { stage in
            stage.store.endedByChange = nil
            stage.store.failures["session"] = .unavailable("away")
        },
        .noFailure("not written: unreachable") { $0.store.failures["change"] = .unavailable("away") },
        .noFailure("not written: queue full") { $0.store.failures["change"] = .overloaded },
        .noFailure("not written: read-only") { $0.store.failures["change"] = .readOnly },
    ]

    @Test(arguments: ends)
    func `every end of a change settles the reservation as what it was`(_ end: AttemptEnd) async throws {
        end.prepare(stage)
        let outcome = try await stage.changePassword()
        #expect((outcome == .changed) == (end.name == "changed"))
        await stage.runSpawned()
        #expect(stage.effects.all.count { $0 == "release" } == (end.isFailure ? 0 : 1), "\(stage.effects.all)")
        #expect(stage.effects.all.contains("hold back") == end.isHeldBack)
        if end.isHeldBack { #expect(stage.effects.now == FakeHasher.failureTime) }
    }

    @Test func `a reservation that cannot be released does not prevent the change`() async throws {
        stage.store.failures["release"] = .unavailable("away")
        #expect(try await stage.changePassword() == .changed)
        await stage.runSpawned()
        #expect(stage.effects.logged.count == 1 && stage.effects.logged[0].contains("no failure"))
    }

    @Test func `the password of another application's user is not changed`() async throws {
        stage.store.user = nil
        try await expect(
            .foreignUser,
            Self.asked + ["audit sparingly password change refused (the password is not kept here)\(Self.about)"])
    }

    @Test(arguments: [
        ("short", PasswordRules.Violation.tooShort(minLength: 15)), ("passwordpassword", .common), ("", .empty),
    ])
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
        try await expect(.wrongPassword, Self.checked + ["\(Self.refused) (wrong password)\(Self.about)", "hold back"])
    }

    @Test func `a hash that no password matches is a wrong password, except in the log`() async throws {
        stage.hasher.verdict = .success(.unverifiable(.unusable))
        try await expect(.wrongPassword, Self.checked + ["\(Self.refused) (unusable hash)\(Self.about)", "hold back"])
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
                "nobody waits for 'secret'",
                "audit sparingly password change unavailable (the client has gone) of user 7",
            ])
        await stage.runSpawned()
        #expect(stage.effects.all.last == "release")
    }

    @Test func `a new password that cannot be hashed changes nothing`() async throws {
        stage.hasher.hash = .failure(.failed("no memory"))
        try await expect(
            .prevented(.hashing),
            Self.hashed + [
                "audit sparingly password change unavailable (passwords cannot be hashed) of user 7"
            ])
        let line = "error: password check failed: no memory condition=hashing_fails state=begins"
        #expect(stage.effects.logged == [line])
    }

    @Test func `a session that has ended meanwhile changes nothing`() async throws {
        stage.store.endedByChange = nil
        stage.store.session = nil
        try await expect(
            .sessionOver,
            Self.changed + [
                "session", "\(Self.refused) (something has changed meanwhile)\(Self.about)", "hold back",
            ])
    }

    @Test func `a password that was changed meanwhile is wrong`() async throws {
        stage.store.endedByChange = nil
        try await expect(
            .wrongPassword,
            Self.changed + ["session", "\(Self.refused) (something has changed meanwhile)\(Self.about)", "hold back"])
    }

    nonisolated private static let steps = ["user", "reserve", "change", "session"]

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
