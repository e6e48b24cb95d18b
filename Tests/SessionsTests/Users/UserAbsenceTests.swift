import EventLoop
import Testing

@testable import Sessions

/// When the sessions of users end whom the users query does not find.
@Suite struct UserAbsenceTests {
    private let start = BootInstant(nanoseconds: 0)
    private let users = ["1", "2", "3"].map { SignedInUsers.Row(userID: $0, username: "user-\($0)") }

    private func absence(of count: Int, found: Int) -> UserAbsence {
        UserAbsence(Array(users.prefix(count)), found: found, interval: .seconds(40), at: start)
    }

    @Test func `one of several has a quarter of the interval to come back, several and a lone one the whole`() {
        #expect(absence(of: 1, found: 1).dueAt == start + .seconds(10))
        #expect(absence(of: 2, found: 100).dueAt == start + .seconds(40))
        #expect(absence(of: 1, found: 0).dueAt == start + .seconds(40))
    }

    @Test func `sessions end if nobody came back`() {
        var absence = absence(of: 3, found: 5)
        let isOver = absence.update(users, at: start + .seconds(40))
        #expect(isOver)
    }

    @Test func `while users come back the others wait`() {
        var absence = absence(of: 3, found: 5)
        var isOver = absence.update(Array(users.suffix(2)), at: start + .seconds(40))
        #expect(!isOver && absence.users.map(\.userID) == ["2", "3"] && absence.dueAt == start + .seconds(80))
        isOver = absence.update(Array(users.suffix(1)), at: start + .seconds(80))
        #expect(!isOver && absence.users.map(\.userID) == ["3"] && absence.dueAt == start + .seconds(120))
        isOver = absence.update(Array(users.suffix(1)), at: start + .seconds(120))
        #expect(isOver)
    }
}
