import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

/// The outcomes of a login and the order of its effects, which fakes record.
@EventLoop
@Suite struct LoginFlowTests {
    let stage = LoginStage()

    /// What every login begins with.
    static let start = ["ticket", "begin ann from 192.0.2.7", "learn 5"]
    static let created = "create for 7 from 192.0.2.7 with browser, settling"
    private static let success = "audit login of user 7, session s1"

    func expect(
        _ outcome: String, _ effects: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await stage.signIn().text == outcome, sourceLocation: sourceLocation)
        #expect(stage.effects.all == effects, sourceLocation: sourceLocation)
    }

    @Test func `the session is created after the hash, and settles the reservation`() async throws {
        try await expect(
            "signed in as s1", Self.start + ["check 'secret' against stored", Self.created, Self.success])
        #expect(stage.spawnedCount == 0 && stage.effects.logged.isEmpty)
    }

    @Test func `a login that asks to be remembered is remembered`() async throws {
        #expect(try await stage.signIn(remember: true).text == "signed in as s1")
        #expect(stage.effects.all[4] == "create for 7 from 192.0.2.7 with browser, remembered, settling")
    }

    // MARK: Refused

    @Test func `for an unknown username a hash is computed, and the answer is delayed`() async throws {
        stage.store.found = .nobody
        stage.hasher.verdict = .success(.differs)
        try await expect(
            "refused",
            Self.start + [
                "check 'secret' against nobody's", "audit login refused (unknown user) of name h1", "hold back",
            ])
    }

    @Test func `a disabled user is handled like an unknown one, except in the log`() async throws {
        stage.store.found = .disabled(id: "8")
        stage.hasher.verdict = .success(.differs)
        try await expect(
            "refused",
            Self.start + [
                "check 'secret' against nobody's", "audit login refused (disabled user) of user 8", "hold back",
            ])
    }

    @Test func `a matching verdict creates no session for an unknown user`() async throws {
        for found in [LoginUser.nobody, .disabled(id: "8")] {
            stage.store.found = found
            #expect(try await stage.signIn().text == "refused")
            #expect(!stage.effects.all.contains { $0.hasPrefix("create") })
        }
    }

    @Test func `a wrong password is recorded before the answer is delayed`() async throws {
        stage.hasher.verdict = .success(.differs)
        try await expect(
            "refused",
            Self.start + [
                "check 'secret' against stored", "audit login refused (wrong password) of user 7", "hold back",
            ])
    }

    @Test func `a hash that no password matches is logged once`() async throws {
        stage.hasher.verdict = .success(.unverifiable(.unusable))
        try await expect(
            "refused",
            Self.start + [
                "check 'secret' against stored", "audit login refused (unusable hash) of user 7", "hold back",
            ])
        #expect(try await stage.signIn().text == "refused")
        #expect(stage.effects.logged.count == 1 && stage.effects.logged[0].hasSuffix(" user=7"))
    }

    @Test func `all refusals have the same outcome and time, and the reservation stays a failure`() async throws {
        let cases: [(LoginUser, PasswordVerdict, Int)] = [
            (.nobody, .differs, 40), (.disabled(id: "8"), .differs, 40), (.user(LoginStage.ann), .differs, 1),
            (.user(LoginStage.ann), .differs, 450), (.user(LoginStage.ann), .unverifiable(.unusable), 40),
        ]
        for (found, verdict, milliseconds) in cases {
            let stage = LoginStage()
            stage.store.found = found
            stage.hasher.verdict = .success(verdict)
            stage.hasher.hashTime = .milliseconds(milliseconds)
            #expect(try await stage.signIn().text == "refused")
            #expect(stage.effects.now == FakeHasher.failureTime)
            #expect(!stage.effects.all.contains { $0.hasPrefix("create") || $0.hasPrefix("release") })
        }
    }

    @Test func `no session is created if all were revoked after the user was read`() async throws {
        stage.store.made = nil
        stage.hasher.verdict = .success(.matches(.bcrypt, isWorthReplacing: true))
        try await expect(
            "refused",
            Self.start + [
                "check 'secret' against stored", Self.created,
                "audit login refused (the user's sessions were ended meanwhile) of user 7", "hold back",
            ])
        #expect(stage.effects.now == FakeHasher.failureTime, "as after a wrong password")
        #expect(stage.spawnedCount == 1)
        await stage.runSpawned()
        #expect(stage.effects.all.last == "release")
    }

    // MARK: Prevented

    @Test func `a throttled attempt is not hashed, and is answered at the time of a hash`() async throws {
        stage.store.admission = .refused(seconds: 30)
        try await expect(
            "prevented: throttled(seconds: 30)",
            Self.start + ["audit login throttled of user 7", "hold back refusal"])
        #expect(stage.effects.now == FakeHasher.refusalTime)
    }

    @Test func `throttled answers do not reveal whether the user exists`() async throws {
        stage.store.admission = .refused(seconds: 30)
        stage.store.found = .nobody
        try await expect(
            "prevented: throttled(seconds: 30)",
            Self.start + ["audit login throttled of name h1", "hold back refusal"])
        #expect(stage.effects.now == FakeHasher.refusalTime)
    }

    @Test func `when the hashing queue is full, the request is refused before the store is used`() async throws {
        stage.hasher.refusal = .busy(retryAfter: 4)
        try await expect(
            "prevented: busy(seconds: 4)",
            ["no ticket", "audit sparingly login unavailable (too many logins at once) of name -"])
    }

    nonisolated private static let ends: [AttemptEnd] = [
        .failure("wrong password") { $0.hasher.verdict = .success(.differs) },
        .failure("unusable hash") { $0.hasher.verdict = .success(.unverifiable(.unusable)) },
        .failure("unknown user") { $0.store.found = .nobody },
        .failure("disabled user") { $0.store.found = .disabled(id: "8") },
        .noFailure("busy") { $0.hasher.verdict = .failure(.busy(retryAfter: 2)) },
        .noFailure("client gone in the queue") { $0.hasher.verdict = .failure(.abandoned) },
        .noFailure("client gone before it") { $0.isWaiting = false },
        .noFailure("no memory", isHeldBack: true) { $0.hasher.verdict = .failure(.failed("no memory")) },
        .noFailure("sessions ended meanwhile", isHeldBack: true) { $0.store.made = nil },
        .noFailure("no session: unreachable") { $0.store.failures["create"] = .unavailable("away") },
        .noFailure("no session: queue full") { $0.store.failures["create"] = .overloaded },
        .noFailure("no session: read-only") { $0.store.failures["create"] = .readOnly },
    ]

    @Test(arguments: ends)
    func `every end of a login settles the reservation as what it was`(_ end: AttemptEnd) async throws {
        end.prepare(stage)
        if case .signedIn = try await stage.signIn() { Issue.record("signed in") }
        await stage.runSpawned()
        #expect(stage.effects.all.count { $0 == "release" } == (end.isFailure ? 0 : 1), "\(stage.effects.all)")
        #expect(stage.effects.all.contains("hold back") == end.isHeldBack)
    }

    @Test func `a reservation is released in the background if the password was not verified`() async throws {
        stage.hasher.verdict = .failure(.busy(retryAfter: 2))
        let effects =
            Self.start + [
                "check 'secret' against stored",
                "audit sparingly login unavailable (too many logins at once) of user 7",
            ]
        try await expect("prevented: busy(seconds: 2)", effects)
        await stage.runSpawned()
        #expect(stage.effects.all == effects + ["release"])
    }

    @Test func `nothing is hashed for a client that has gone, and the reservation is released`() async throws {
        stage.isWaiting = false
        try await expect(
            "prevented: clientGone",
            Self.start + [
                "nobody waits for 'secret'", "audit sparingly login unavailable (the client has gone) of user 7",
            ])
        await stage.runSpawned()
        #expect(stage.effects.all.last == "release")
    }

    @Test func `an attempt whose hash cannot be computed takes as long as a failed one`() async throws {
        stage.hasher.verdict = .failure(.failed("no memory"))
        try await expect(
            "prevented: hashing",
            Self.start + [
                "check 'secret' against stored",
                "audit sparingly login unavailable (passwords cannot be hashed) of user 7", "hold back",
            ])
        #expect(stage.effects.now == FakeHasher.failureTime)
        let line = "error: password check failed: no memory condition=hashing_fails state=begins"
        #expect(stage.effects.logged == [line])
    }
}
