import EventLoop
import Testing

@testable import Sessions

/// The lists of users' sessions, over a query that a test answers.
@EventLoop struct SessionListsTests {
    /// Queries that wait for their answers.
    @EventLoop private final class Queries {
        var pending: [(user: String, continuation: CheckedContinuation<SessionLists.Outcome, Never>)] = []
        var users: [String] = []

        func ask(_ user: String) async -> SessionLists.Outcome {
            users.append(user)
            return await withCheckedContinuation { pending.append((user, $0)) }
        }

        func answer(_ outcome: SessionLists.Outcome = .success([])) {
            pending.removeFirst().continuation.resume(returning: outcome)
        }
    }

    private static func wait(until isMet: @EventLoop () -> Bool) async throws {
        for _ in 0..<10_000 where !isMet() { await Task.yield() }
        try #require(isMet())
    }

    @Test func `a user has one list in flight, and requests meanwhile share the next one`() async throws {
        let queries = Queries()
        let lists = SessionLists { await queries.ask($0) }
        let first = Task { try await lists.list(of: "ann") }
        try await Self.wait { queries.users == ["ann"] }
        let others = (0..<5).map { _ in Task { try await lists.list(of: "ann") } }
        let bob = Task { try await lists.list(of: "bob") }
        try await Self.wait { queries.users == ["ann", "bob"] }
        for _ in 0..<100 { await Task.yield() }
        queries.answer()
        _ = try await first.value
        try await Self.wait { queries.users == ["ann", "bob", "ann"] }
        queries.answer()
        _ = try await bob.value
        queries.answer()
        for other in others { _ = try await other.value }
        #expect(queries.users == ["ann", "bob", "ann"])
        // Then the next one is a new one.
        let last = Task { try await lists.list(of: "ann") }
        try await Self.wait { queries.users.count == 4 }
        queries.answer()
        _ = try await last.value
    }

    @Test func `a failure reaches all who share the list, and the next one is queried`() async throws {
        let queries = Queries()
        let lists = SessionLists { await queries.ask($0) }
        let first = Task { try await lists.list(of: "ann") }
        try await Self.wait { queries.users.count == 1 }
        let second = Task { try await lists.list(of: "ann") }
        for _ in 0..<100 { await Task.yield() }
        queries.answer(.failure(.deadline))
        await #expect(throws: PostgreSQLError.deadline) { try await first.value }
        try await Self.wait { queries.users.count == 2 }
        queries.answer(.failure(.connection("gone")))
        await #expect(throws: PostgreSQLError.connection("gone")) { try await second.value }
    }
}
