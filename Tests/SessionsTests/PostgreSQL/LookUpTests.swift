import EventLoop
import FoundationEssentials
import Testing

@testable import Sessions

/// The checks to which the result of a shared look-up applies.
@Suite struct LookUpTests {
    private static let session = PackedSession(
        Session(
            id: "00010203-0405-0607-0809-0a0b0c0d0e0f", identity: Identity(userID: "1", username: "a"),
            createdAt: .now, expiresAt: .now))

    @EventLoop
    private final class Askers {
        var answered: [String] = []

        func asker(_ name: String) -> LookUp.Answer { { _ in self.answered.append(name) } }
    }

    @Test @EventLoop func `a negative result does not answer look-ups that joined after it was sent`() {
        let askers = Askers()
        let now = BootInstant.now
        let lookUp = LookUp(SHA256Digest(), now: now, deadline: now + .seconds(1), askers.asker("first"))
        lookUp.join(askers.asker("before"))
        lookUp.send()
        lookUp.join(askers.asker("late"))
        lookUp.join(askers.asker("later"))
        let again = lookUp.answer(.success(nil))
        #expect(askers.answered == ["first", "before"])
        #expect(again.count == 2 && lookUp.isAnswered)
        for asker in again { asker(.success(nil)) }
        #expect(askers.answered == ["first", "before", "late", "later"])
    }

    @Test(arguments: [true, false]) @EventLoop
    func `a session or an error answers all look-ups`(_ isFound: Bool) {
        let askers = Askers()
        let now = BootInstant.now
        let lookUp = LookUp(SHA256Digest(), now: now, deadline: now + .seconds(1), askers.asker("first"))
        lookUp.send()
        lookUp.join(askers.asker("late"))
        let again = lookUp.answer(isFound ? .success(Self.session) : .failure(.overloaded))
        #expect(again.isEmpty && askers.answered == ["first", "late"])
    }
}
