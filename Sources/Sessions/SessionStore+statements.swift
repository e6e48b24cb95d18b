/// The statements of commands: what changes sessions and users, and lists.
extension SessionStore {
    /// Runs a statement that writes.
    @discardableResult
    func change<S: Statement>(
        _ lane: CommandLane, _ statement: S, for requester: Requester = Requester()
    ) async throws(SessionStoreError) -> S.Answer {
        let answer = try await command(lane, statement, for: requester)
        failures.noteWrite()
        return answer
    }

    /// Runs a statement.
    func command<S: Statement>(
        _ lane: CommandLane, _ statement: S, for requester: Requester = Requester()
    ) async throws(SessionStoreError) -> S.Answer {
        do throws(PostgreSQLError) {
            return try await lane.run(statement, for: requester)
        } catch {
            throw failures.report(error)
        }
    }
}
