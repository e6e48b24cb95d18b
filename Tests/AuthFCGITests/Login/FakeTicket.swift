import EventLoop
import Sessions

@testable import AuthFCGI

@EventLoop
final class FakeTicket: LoginTicket {
    private let hasher: FakeHasher
    private let admittedAt: Duration

    init(_ hasher: FakeHasher) {
        self.hasher = hasher
        admittedAt = hasher.effects.now
    }

    func verdict(
        on password: [UInt8], _ stored: String?, isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> PasswordVerdict {
        let text = String(decoding: password, as: UTF8.self)
        guard isWanted() else {
            hasher.effects.add("nobody waits for '\(text)'")
            throw .abandoned
        }
        hasher.effects.add("check '\(text)' against \(stored ?? "nobody's")")
        hasher.effects.now += hasher.hashTime
        return try hasher.verdict.get()
    }

    func hash(
        _ password: [UInt8], isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> String {
        hasher.effects.add("hash '\(String(decoding: password, as: UTF8.self))'")
        hasher.effects.now += hasher.hashTime
        return try hasher.hash.get()
    }

    func holdBack(isWanted: @EventLoop () -> Bool) async {
        hasher.effects.add("hold back")
        hasher.effects.now = max(hasher.effects.now, admittedAt + FakeHasher.failureTime)
    }

    func holdBackRefusal(isWanted: @EventLoop () -> Bool) async {
        hasher.effects.add("hold back refusal")
        hasher.effects.now = max(hasher.effects.now, admittedAt + FakeHasher.refusalTime)
    }
}
