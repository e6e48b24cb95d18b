import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

/// The outcomes of a link for a new password and the order of its effects, which fakes record.
@EventLoop
@Suite struct PasswordResetFlowTests {
    private let stage = LoginStage()
    private let code: PasswordResetCode

    private static let link = "link from 192.0.2.7"
    private static let hashed = [link, "ticket", "hash 'correct horse battery staple'"]
    private static let changed = hashed + ["reset 7 to new hash"]

    init() throws {
        code = try PasswordResetCode.make()
    }

    /// Counted by itself, and not against the logins of the address.
    private static let reserved = "reserve password reset from c0000207, nobody from nowhere"

    private func reset(to password: String = "correct horse battery staple") async -> PasswordResetOutcome {
        await stage.reset.reset(code, to: Array(password.utf8), stage.client)
    }

    private func look() async -> PasswordResetOutcome { await stage.reset.look(at: code, stage.client) }

    @Test func `a look at a link changes nothing`() async {
        #expect(await look() == .live(username: "ann"))
        #expect(stage.effects.all == [Self.link])
    }

    @Test func `the use of a link is recorded with the number of ended sessions`() async {
        #expect(await reset() == .changed)
        #expect(stage.effects.all == Self.changed + ["audit password reset of user 7, ended=3"])
        #expect(stage.hasher.requester?.name == "ann")
    }

    @Test func `a link that cannot be used counts against the network, and not against its logins`() async {
        stage.store.resetUser = nil
        let refused = [Self.link, Self.reserved, "audit sparingly password reset refused (no such link)"]
        #expect(await look() == .noSuchLink)
        #expect(stage.effects.all == refused)
        // Nothing is hashed, and the rules for passwords are not told.
        #expect(await reset(to: "x") == .noSuchLink)
        #expect(stage.effects.all == refused + refused)
        await stage.runSpawned()
        #expect(!stage.effects.all.contains("release"))
    }

    @Test func `invented codes are throttled, from memory too, and a link that works is not`() async throws {
        stage.store.resetUser = nil
        stage.store.admission = .refused(seconds: 9)
        #expect(await look() == .prevented(.throttled(seconds: 9)))
        #expect(stage.effects.all == [Self.link, Self.reserved, "audit sparingly password reset throttled"])
        #expect(await look() == .prevented(.throttled(seconds: 9)))
        #expect(stage.effects.all.count { $0 == Self.reserved } == 1)
        // Another code of the address.
        let other = try PasswordResetCode.make()
        #expect(await stage.reset.look(at: other, stage.client) == .prevented(.throttled(seconds: 9)))
        #expect(stage.effects.all.count { $0.hasPrefix("reserve") } == 1)
        stage.store.resetUser = PasswordResetUser(id: "7", username: "ann")
        #expect(await look() == .live(username: "ann"))
        #expect(await reset() == .changed)
        // Another address.
        stage.store.resetUser = nil
        stage.address = "192.0.2.8"
        stage.store.admission = .allowed(LoginReservation(text: "r"))
        #expect(await look() == .noSuchLink)
        // A subscriber may choose the rest of an IPv6 address freely.
        for (address, network) in [("2001:db8::1", "20010db800000000"), ("2001:db8::2:3", "20010db800000000")] {
            stage.address = address
            #expect(await look() == .noSuchLink)
            #expect(stage.effects.all.contains("reserve password reset from \(network), nobody from nowhere"))
        }
        stage.address = nil
        #expect(await look() == .noSuchLink)
        #expect(stage.effects.all.contains("reserve password reset from nowhere, nobody from nowhere"))
    }

    @Test(arguments: [
        ("short", PasswordRules.Violation.tooShort(minLength: 15)), ("passwordpassword", .common), ("", .empty),
    ])
    func `an unacceptable password leaves the link as it is`(
        _ password: String, _ violation: PasswordRules.Violation
    ) async {
        #expect(await reset(to: password) == .unacceptable(violation))
        #expect(
            stage.effects.all == [
                Self.link, "audit sparingly password reset refused (unacceptable new password) of user 7",
            ])
    }

    @Test func `of two who use a link at once the second has none`() async {
        stage.store.endedByReset = nil
        #expect(await reset() == .noSuchLink)
        #expect(
            stage.effects.all == Self.changed + [
                "audit sparingly password reset refused (something has changed meanwhile) of user 7"
            ])
    }

    @Test func `when the hashing queue is full, or the hash cannot be computed, the link stays`() async {
        stage.hasher.refusal = .busy(retryAfter: 4)
        #expect(await reset() == .prevented(.busy(seconds: 4)))
        stage.hasher.refusal = nil
        stage.hasher.hash = .failure(.failed("no memory"))
        #expect(await reset() == .prevented(.hashing))
        #expect(!stage.effects.all.contains { $0.hasPrefix("reset ") })
        #expect(
            stage.effects.all.filter { $0.hasPrefix("audit") } == [
                "audit sparingly password reset unavailable (too many logins at once) of user 7",
                "audit sparingly password reset unavailable (passwords cannot be hashed) of user 7",
            ])
    }

    @Test(arguments: ["link", "reset"], [SessionStoreError.unavailable("away"), .overloaded, .readOnly])
    func `a store that fails at any step ends the flow there`(_ step: String, _ error: SessionStoreError) async {
        stage.store.failures[step] = error
        #expect(await reset() == .prevented(.store(error)))
        let reason = error == .readOnly ? "takes no changes" : "cannot be reached"
        let done = step == "link" ? [Self.link] : Self.changed
        let who = step == "link" ? "" : " of user 7"
        #expect(
            stage.effects.all == done + [
                "audit sparingly password reset unavailable (the session store \(reason))\(who)"
            ])
    }

    @Test func `a throttle that cannot be asked is an outage`() async {
        stage.store.resetUser = nil
        stage.store.failures["reserve"] = .unavailable("away")
        #expect(await look() == .prevented(.store(.unavailable("away"))))
    }
}
