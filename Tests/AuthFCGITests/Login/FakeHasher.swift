import EventLoop
import Sessions

@testable import AuthFCGI

@EventLoop
final class FakeHasher: LoginHasher {
    let effects: EffectLog
    /// Why there is no place in the queue.
    var refusal: PasswordHasher.Failure?
    /// What comes of checking a password.
    var verdict = Result<PasswordVerdict, PasswordHasher.Failure>.success(.matches(.argon2id, isWorthReplacing: false))
    /// What comes of hashing a new one.
    var hash = Result<String, PasswordHasher.Failure>.success("new hash")
    /// How long a hash takes.
    var hashTime = Duration.milliseconds(40)
    var news: HashingCost?

    /// When a failed attempt is answered, from its ticket on.
    static let failureTime = Duration.milliseconds(500)
    /// When a throttled one is.
    static let refusalTime = Duration.milliseconds(80)

    init(_ effects: EffectLog) { self.effects = effects }

    /// Who the last ticket was for.
    private(set) var requester: Requester?

    func takeTicket(for requester: Requester) throws(PasswordHasher.Failure) -> any LoginTicket {
        self.requester = requester
        if let refusal {
            effects.add("no ticket")
            throw refusal
        }
        effects.add("ticket")
        return FakeTicket(self)
    }

    func holdBackRefusal(for requester: Requester, isWanted: @EventLoop () -> Bool) async {
        effects.add("hold back without ticket")
        effects.now += Self.refusalTime
    }

    func learn(shared cost: HashingCost) { effects.add("learn \(cost.bytes)") }

    func learn(noted cost: HashingCost) { effects.add("noted \(cost.bytes)") }
}
