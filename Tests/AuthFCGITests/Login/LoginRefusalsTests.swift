import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

/// The throttle's refusals that a worker remembers. Times are seconds.
@EventLoop
@Suite struct LoginRefusalsTests {
    private var refusals = LoginRefusals()

    private func time(_ seconds: Double) -> BootInstant {
        BootInstant(nanoseconds: 1_000_000_000_000) + .seconds(seconds)
    }

    private func place(_ network: Int = 1, token: SessionToken? = nil) -> LoginRefusals.Place {
        LoginRefusals.Place(network: ClientNetwork("192.0.2.\(network)"), token: token?.hash)
    }

    private mutating func remember(
        _ name: String = "ann", network: Int = 1, for seconds: Int = 30, at now: Double = 0
    ) {
        refusals.remember(
            .name(name), at: place(network), seconds: seconds, who: .user(id: "7"), at: time(now))
    }

    /// The seconds that an attempt is told to wait; nil if the throttle is asked.
    private mutating func wait(
        _ subject: LoginRefusals.Subject = .name("ann"), from place: LoginRefusals.Place? = nil, at now: Double
    ) -> Int? {
        refusals.refusal(of: subject, at: place ?? self.place(), at: time(now))?.seconds(at: time(now))
    }

    @Test mutating func `an attempt is refused with the rest of the time`() {
        #expect(wait(at: 0) == nil)
        remember()
        #expect(wait(at: 0) == 30)
        #expect(wait(at: 0.9) == 30)
        let refusal = refusals.refusal(of: .name("ann"), at: place(), at: time(0.5))
        #expect(refusal?.who == .user(id: "7"))
    }

    @Test mutating func `the refusal ends with its time`() {
        remember(for: 1)
        #expect(wait(at: 0.99) == 1)
        #expect(wait(at: 1) == nil)
        #expect(wait(at: 1) == nil, "forgotten")
    }

    @Test mutating func `once a second one attempt is not answered from memory`() {
        remember()
        #expect(wait(at: 1) == nil)
        #expect(wait(at: 1) == 29)
        #expect(wait(at: 1.9) == 29)
        #expect(wait(at: 2) == nil)
        // The throttle has refused it again.
        remember(for: 15, at: 2)
        #expect(wait(at: 2) == 15)
        #expect(wait(at: 3.1) == nil)
    }

    @Test mutating func `it is for the same name, network and token alone`() throws {
        remember()
        #expect(wait(.name("Ann"), at: 0) == nil)
        #expect(wait(.user(id: "ann"), at: 0) == nil)
        #expect(wait(from: place(2), at: 0) == nil)
        #expect(wait(from: LoginRefusals.Place(network: nil, token: nil), at: 0) == nil)
        #expect(wait(from: place(token: LoginStage.oldToken), at: 0) == nil)
        #expect(wait(at: 0) == 30)
    }

    @Test mutating func `all refusals of a name can be forgotten`() {
        for network in 1...3 { remember(network: network) }
        remember("bob")
        refusals.forget(.name("ann"))
        for network in 1...3 { #expect(wait(from: place(network), at: 0) == nil) }
        #expect(wait(.name("bob"), at: 0) == 30)
    }

    @Test mutating func `those used last stay when there are too many`() {
        refusals = LoginRefusals(capacity: 100)
        remember()
        for number in 0..<1000 {
            remember("name \(number)")
            #expect(wait(at: 0) == 30)
        }
        let kept = (0..<1000).filter { wait(.name("name \($0)"), at: 0) != nil }
        #expect(kept.count <= 100 && kept.contains(999) && !kept.contains(0))
    }

    @Test mutating func `of one name with many networks not more are kept either`() {
        refusals = LoginRefusals(capacity: 100)
        for network in 0..<250 { remember(network: network) }
        let kept = (0..<250).filter { wait(from: place($0), at: 0) != nil }
        #expect(kept.count <= 100)
        refusals.forget(.name("ann"))
        for network in 0..<250 { #expect(wait(from: place(network), at: 0) == nil) }
        for network in 0..<49 { remember(network: network) }
        for network in 0..<49 { #expect(wait(from: place(network), at: 0) == 30) }
    }
}
