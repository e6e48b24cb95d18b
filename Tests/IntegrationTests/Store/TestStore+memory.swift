import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// What tests of a store need that keeps sessions in memory.
extension TestStore {
    /// Within which time a revocation counts everywhere, unless a store is configured otherwise.
    static let revocationDelay = Duration.seconds(1)

    /// Starts a store that keeps sessions in memory, as it does by default, and writes nothing unless it is told to: until
    /// then its only connection is the read lane.
    ///
    /// - Parameter application: what its connections call themselves.
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

    /// Whether a check would be answered from memory now.
    func keeps(_ token: SessionToken) async -> Bool { await store.keptSession(for: token) != nil }

    /// What PostgreSQL says of a token, whatever is in memory.
    @EventLoop
    func ask(_ token: SessionToken) async -> Result<PackedSession?, SessionStoreError> {
        await withCheckedContinuation { continuation in
            store.lookUp(token) { continuation.resume(returning: $0) }
        }
    }

    /// Checks until the session is answered from memory.
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
    /// - Returns: when the check that was refused had begun.
    /// - Throws: when one that began later than at `limit` accepts it.
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
                // It cannot tell, which is no acceptance.
            }
            if isLate { throw SupportError.unexpected("accepted \(begunAt - limit) too late", log: log.text) }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw SupportError.timedOut("the session to be refused", log: log.text)
    }

    /// Tokens of new sessions, made by SQL: one for each user `id-1`, `id-2` and so on.
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
