import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

/// The session that a login replaces, and the work after the login.
@EventLoop
@Suite struct LoginFlowAfterwardsTests {
    private let stage = LoginStage()

    private func effects(from first: String) -> [String] {
        Array(stage.effects.all.drop { !$0.hasPrefix(first) })
    }

    // MARK: Signing in again

    @Test func `signing in again replaces the client's session, which is logged`() async throws {
        stage.token = LoginStage.oldToken
        stage.store.made = FakeLoginStore.made(ended: [EndedSession(id: "s0", userID: "6")])
        #expect(try await stage.signIn().text == "signed in as s1")
        #expect(
            effects(from: "create") == [
                "create for 7 from 192.0.2.7 with browser, replacing, settling", "audit login of user 7, session s1",
                "audit session ended of user 6, session s0, by_session=s1",
            ])
    }

    @Test func `the client's token is shown to the throttle`() async throws {
        stage.token = LoginStage.oldToken
        stage.hasher.verdict = .success(.differs)
        _ = try await stage.signIn()
        #expect(stage.effects.all[1] == "begin ann from 192.0.2.7, showing a token")
    }

    @Test func `a forged token is not looked up`() async throws {
        stage.token = LoginStage.oldToken
        stage.store.knowsToken = false
        #expect(try await stage.signIn().text == "signed in as s1")
        #expect(stage.effects.all[1] == "begin ann from 192.0.2.7")
        #expect(effects(from: "create")[0] == "create for 7 from 192.0.2.7 with browser, settling")
    }

    @Test func `while the old token cannot be checked, no attempt is reserved`() async throws {
        stage.token = LoginStage.oldToken
        stage.store.failures["mayExist"] = .unavailable("keys")
        #expect(try await stage.signIn().text == "prevented: \(LoginObstacle.store(.unavailable("keys")))")
        #expect(
            stage.effects.all == [
                "ticket", "audit sparingly login unavailable (the session store cannot be reached) of name -",
            ])
    }

    @Test func `a refused login keeps the client's session`() async throws {
        stage.token = LoginStage.oldToken
        stage.hasher.verdict = .success(.differs)
        #expect(try await stage.signIn().text == "refused")
        #expect(!stage.effects.all.contains { $0.hasPrefix("create") || $0.contains("session ended") })
    }

    @Test func `each listed session over the limit is logged, and the others with one line`() async throws {
        let named = (0..<MadeSession.maxNamed).map { EndedSession(id: "old\($0)", userID: "7") }
        stage.store.made = FakeLoginStore.made(ended: named, excess: MadeSession.maxNamed + 3)
        #expect(try await stage.signIn().text == "signed in as s1")
        let lines = effects(from: "audit session ended")
        #expect(lines.count == MadeSession.maxNamed + 1)
        #expect(lines.first == "audit session ended of user 7, session old0, by_session=s1")
        #expect(lines.last == "audit session ended of user 7, by_session=s1, ended=3")
    }

    // MARK: Another hash

    @Test func `an outdated hash is replaced after the login, with its own place in the hashing queue`() async throws {
        stage.hasher.verdict = .success(.matches(.bcrypt, isWorthReplacing: true))
        #expect(try await stage.signIn().text == "signed in as s1")
        #expect(stage.effects.all.last == "audit login of user 7, session s1" && stage.spawnedCount == 1)
        stage.effects.clear()
        await stage.runSpawned()
        #expect(stage.effects.all == ["ticket", "hash 'secret'", "rehash 7 to new hash"])
    }

    @Test func `hashes are replaced one at a time`() async throws {
        stage.hasher.verdict = .success(.matches(.bcrypt, isWorthReplacing: true))
        for _ in 0..<3 { _ = try await stage.signIn() }
        #expect(stage.spawnedCount == 1)
        await stage.runSpawned()
        _ = try await stage.signIn()
        #expect(stage.spawnedCount == 1)
    }

    @Test func `hashes in another application's table stay without a statement to replace them`() async throws {
        stage.hasher.verdict = .success(.matches(.bcrypt, isWorthReplacing: true))
        stage.store.rehashes = false
        #expect(try await stage.signIn().text == "signed in as s1")
        #expect(stage.spawnedCount == 0)
    }

    @Test(
        arguments: [
            (PasswordHasher.Failure.busy(retryAfter: 1), []), (.abandoned, []),
            (.failed("no memory"), ["error: password rehash failed: no memory condition=rehashing_fails state=begins"]),
        ] as [(PasswordHasher.Failure, [String])])
    func `a hash that could not be replaced is replaced at a later login`(
        _ failure: PasswordHasher.Failure, _ logged: [String]
    ) async throws {
        stage.hasher.verdict = .success(.matches(.bcrypt, isWorthReplacing: true))
        stage.hasher.hash = .failure(failure)
        #expect(try await stage.signIn().text == "signed in as s1")
        await stage.runSpawned()
        #expect(stage.effects.all.last == "hash 'secret'" && stage.effects.logged == logged)
        stage.hasher.hash = .success("new hash")
        _ = try await stage.signIn()
        await stage.runSpawned()
        #expect(stage.effects.all.last == "rehash 7 to new hash")
    }

    @Test func `a hash is not replaced while logins wait`() async throws {
        stage.hasher.verdict = .success(.matches(.bcrypt, isWorthReplacing: true))
        #expect(try await stage.signIn().text == "signed in as s1")
        stage.hasher.refusal = .busy(retryAfter: 1)
        await stage.runSpawned()
        #expect(stage.effects.all.last == "no ticket" && stage.effects.logged.isEmpty)
    }

    // MARK: Costs

    @Test func `a higher hashing cost is shared with all workers, whatever the verdict`() async throws {
        for verdict in [PasswordVerdict.differs, .matches(.bcrypt, isWorthReplacing: false)] {
            let stage = LoginStage()
            stage.hasher.news = HashingCost(bytes: 9, time: .seconds(1))
            stage.hasher.verdict = .success(verdict)
            _ = try await stage.signIn()
            #expect(!stage.effects.all.contains("note 9"))
            stage.effects.clear()
            await stage.runSpawned()
            #expect(stage.effects.all == ["note 9", "noted 9"])
        }
    }

    @Test func `a cost that could not be shared is shared at the next login`() async throws {
        stage.hasher.news = HashingCost(bytes: 9, time: .seconds(1))
        stage.store.failures["note"] = .readOnly
        _ = try await stage.signIn()
        await stage.runSpawned()
        #expect(stage.effects.all.last == "note 9" && stage.effects.logged.isEmpty)
        _ = try await stage.signIn()
        #expect(stage.spawnedCount == 1)
    }
}
