import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

// A store that fails.
extension LoginFlowTests {
    nonisolated private static let failures: [(SessionStoreError, String)] = [
        (.unavailable("away"), "the session store cannot be reached"),
        (.overloaded, "the session store cannot be reached"), (.readOnly, "the session store takes no changes"),
    ]

    @Test(arguments: failures)
    func `a store that fails at the start ends the flow`(_ error: SessionStoreError, _ reason: String) async throws {
        stage.store.failures["begin"] = error
        try await expect(
            "prevented: \(LoginObstacle.store(error))",
            ["ticket", "begin ann from 192.0.2.7", "audit sparingly login unavailable (\(reason)) of name -"])
    }

    @Test(arguments: failures)
    func `a right password is no failed attempt if the session cannot be created`(
        _ error: SessionStoreError, _ reason: String
    ) async throws {
        stage.store.failures["create"] = error
        stage.hasher.verdict = .success(.matches(.bcrypt, isWorthReplacing: true))
        let effects =
            Self.start + [
                "check 'secret' against stored", Self.created,
                "audit sparingly login unavailable (\(reason)) of user 7",
            ]
        try await expect("prevented: \(LoginObstacle.store(error))", effects)
        #expect(stage.spawnedCount == 1)
        await stage.runSpawned()
        #expect(stage.effects.all == effects + ["release"])
    }

    @Test func `a right password whose reservation cannot be released is logged`() async throws {
        stage.store.failures = ["create": .unavailable("away"), "release": .unavailable("away")]
        _ = try await stage.signIn()
        await stage.runSpawned()
        #expect(
            stage.effects.logged == [
                "warning: an attempt that was no failure counts as a failed login: the session store cannot be reached"
            ])
    }

    @Test(arguments: failures)
    func `the client is told why the password was not verified, even if the reservation cannot be released`(
        _ error: SessionStoreError, _ reason: String
    ) async throws {
        stage.store.failures["release"] = error
        stage.hasher.verdict = .failure(.busy(retryAfter: 2))
        #expect(try await stage.signIn().text == "prevented: busy(seconds: 2)")
        await stage.runSpawned()
        #expect(stage.effects.logged.count == 1 && stage.effects.logged[0].contains(reason))
    }
}
