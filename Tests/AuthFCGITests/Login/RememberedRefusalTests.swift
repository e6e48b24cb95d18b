import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

/// Refusals of the throttle that are answered without the hashing queue and the store.
@EventLoop
@Suite struct RememberedRefusalTests {
    private let stage = LoginStage()

    private static let remembered = ["audit login throttled of user 7", "hold back without ticket"]

    private func refuse(_ seconds: Int = 30) async throws {
        stage.store.admission = .refused(seconds: seconds)
        #expect(try await stage.signIn().text == "prevented: throttled(seconds: \(seconds))")
        #expect(stage.effects.all.contains("begin ann from 192.0.2.7"))
        stage.effects.clear()
    }

    @Test func `a login that is repeated too early is refused from memory, with the rest of the time`() async throws {
        try await refuse()
        #expect(try await stage.signIn().text == "prevented: throttled(seconds: 30)")
        #expect(stage.effects.all == Self.remembered)
        stage.effects.now += .milliseconds(700)
        #expect(try await stage.signIn().text == "prevented: throttled(seconds: 30)")
        #expect(stage.effects.all == Self.remembered + Self.remembered)
    }

    @Test func `once a second the throttle is asked again`() async throws {
        try await refuse()
        stage.effects.now += .seconds(1)
        stage.store.admission = .refused(seconds: 28)
        #expect(try await stage.signIn().text == "prevented: throttled(seconds: 28)")
        #expect(stage.effects.all.first == "ticket")
        stage.effects.clear()
        #expect(try await stage.signIn().text == "prevented: throttled(seconds: 28)")
        #expect(stage.effects.all == Self.remembered)
    }

    @Test func `another network, another name and another token are not refused from memory`() async throws {
        try await refuse()
        stage.store.admission = .allowed(LoginReservation(text: "r1"))
        #expect(try await stage.signIn("bob").text == "signed in as s1")
        stage.address = "192.0.2.8"
        #expect(try await stage.signIn().text == "signed in as s1")
        stage.address = LoginStage.address
        try await refuse()
        stage.store.admission = .allowed(LoginReservation(text: "r1"))
        stage.token = LoginStage.oldToken
        #expect(try await stage.signIn().text == "signed in as s1")
    }

    @Test func `a forged token does not get around a refusal`() async throws {
        try await refuse()
        stage.token = LoginStage.oldToken
        stage.store.knowsToken = false
        #expect(try await stage.signIn().text == "prevented: throttled(seconds: 30)")
        #expect(stage.effects.all == Self.remembered)
    }

    @Test func `refusals of a name are forgotten when the throttle admits an attempt`() async throws {
        try await refuse()
        stage.address = "192.0.2.8"
        stage.store.admission = .allowed(LoginReservation(text: "r1"))
        #expect(try await stage.signIn().text == "signed in as s1")
        stage.address = LoginStage.address
        #expect(try await stage.signIn().text == "signed in as s1")
    }

    @Test func `logins are divided by network and name`() async throws {
        _ = try await stage.signIn("Ann")
        #expect(stage.hasher.requester == Requester(address: LoginStage.address, name: "ann"))
        #expect(try await stage.changePassword() == .changed)
        #expect(stage.hasher.requester == Requester(address: LoginStage.address, name: "ann"))
    }

    @Test func `a change of the password is refused from memory too`() async throws {
        stage.store.admission = .refused(seconds: 30)
        #expect(try await stage.changePassword() == .prevented(.throttled(seconds: 30)))
        stage.effects.clear()
        #expect(try await stage.changePassword() == .prevented(.throttled(seconds: 30)))
        #expect(stage.effects.all == ["audit password change throttled of user 7, session s1"])
        stage.effects.now += .seconds(1)
        stage.store.admission = .allowed(LoginReservation(text: "r1"))
        #expect(try await stage.changePassword() == .changed)
    }
}
