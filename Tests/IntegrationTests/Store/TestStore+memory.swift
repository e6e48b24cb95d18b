import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Functions for tests of stores with a memory.
extension TestStore {
    /// The default time within which a revocation is effective everywhere.
    static let revocationDelay = Duration.seconds(1)

    /// Starts a store with the default memory that writes nothing on its own: until the first write its only connection
    /// is the read lane.
    ///
    /// - Parameter application: The application_name of its connections.
    static func startKeeping(
        _ url: String, as application: String = "authfcgi", waits: Bool = true,
        _ configure: (inout SessionStore.Configuration) -> Void = { _ in }
    ) async throws -> TestStore {
        try await start(
            "\(url)&application_name=\(application)", waits: waits,
            configured: { configuration in
                configuration.recordsLastSeen = false
                configuration.cleanupInterval = nil
                configure(&configuration)
            })
    }

    /// Returns whether a check would be answered from memory now.
    func keeps(_ token: SessionToken) async -> Bool { await store.keptSession(for: token) != nil }

    /// Looks a token up in PostgreSQL, regardless of the memory.
    @EventLoop
    func ask(_ token: SessionToken) async -> Result<PackedSession?, SessionStoreError> {
        await withCheckedContinuation { continuation in
            store.lookUp(token) { continuation.resume(returning: $0) }
        }
    }

    /// Checks the session until it is answered from memory.
    func warm(_ token: SessionToken, within limit: Duration = .seconds(10)) async throws {
        let deadline = Deadline(within: limit)
        while !(await keeps(token)) {
            guard !deadline.hasPassed else { throw SupportError.timedOut("the session to be kept", log: log.text) }
            _ = try #require(try await sessionOnceItAnswers(token), "a live session is refused")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Waits until a check of the token is refused.
    ///
    /// - Returns: The start of the check that was refused.
    /// - Throws: An error if a check that started after `limit` accepts the token.
    @discardableResult
    func expectRefused(_ token: SessionToken, by limit: BootInstant) async throws -> BootInstant {
        let deadline = Deadline(within: .seconds(10))
        while !deadline.hasPassed {
            let begunAt = BootInstant.now
            var isLate = false
            do throws(SessionStoreError) {
                guard try await store.session(for: token) != nil else { return begunAt }
                isLate = begunAt > limit
            } catch {
                // A failed check does not accept the session.
            }
            if isLate { throw SupportError.unexpected("accepted \(begunAt - limit) too late", log: log.text) }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw SupportError.timedOut("the session to be refused", log: log.text)
    }

    /// Creates sessions by SQL, one for each user `id-1`, `id-2` and so on, and returns their tokens.
    static func tokens(
        _ count: Int, on server: PostgreSQLServer, _ database: String
    ) throws -> [SessionToken] {
        let texts = try server.psql(
            "SELECT create_access_token('id-' || i, 'user' || i) FROM generate_series(1, \(count)) i ORDER BY i",
            database: database)
        let tokens = texts.split(separator: "\n").compactMap { SessionToken(String($0)) }
        try #require(tokens.count == count)
        return tokens
    }
}
