internal import EventLoop

/// The lists of users' sessions. For each user one list at a time is queried, so that nobody can occupy the connection
/// alone. Requests that arrive meanwhile share the next list, which begins after their arrival and so shows what was
/// committed before it.
@EventLoop
final class SessionLists {
    typealias Outcome = Result<[SessionEntry], PostgreSQLError>

    /// Queries the sessions of the user with this id.
    private let query: @EventLoop (_ userID: String) async -> Outcome
    /// The users whose list is being queried, with the requests for the next one.
    private var waiting: [String: [CheckedContinuation<Outcome, Never>]] = [:]

    init(_ query: @escaping @EventLoop (_ userID: String) async -> Outcome) {
        self.query = query
    }

    /// Returns the live sessions of a user, newest first.
    /// - Throws: ``PostgreSQLError``
    func list(of userID: String) async throws(PostgreSQLError) -> [SessionEntry] {
        guard waiting[userID] == nil else {
            return try await withCheckedContinuation { waiting[userID, default: []].append($0) }.get()
        }
        waiting[userID] = []
        let outcome = await query(userID)
        listNext(of: userID)
        return try outcome.get()
    }

    private func listNext(of userID: String) {
        guard let requests = waiting.removeValue(forKey: userID), !requests.isEmpty else { return }
        waiting[userID] = []
        EventLoop.spawn { [self] in
            let outcome = await query(userID)
            for request in requests { request.resume(returning: outcome) }
            listNext(of: userID)
        }
    }
}
