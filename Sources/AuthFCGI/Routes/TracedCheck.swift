internal import EventLoop
internal import Logging
internal import Sessions

/// A check that is to be logged if it is refused.
@EventLoop
final class TracedCheck {
    /// The source of an answer.
    private enum Source: String {
        /// The request alone.
        case request
        /// The worker's memory, which has the keys of tokens.
        case memory
        /// The only store that says that there is no session: Redis is asked before, and decides nothing.
        case postgreSQL = "postgresql"
    }

    private let store: SessionStore
    private let log: Logger
    private let client: String?
    private let method: String
    /// Without the query, which may contain an application's secrets.
    private let path: String
    private let requestFields: Logger.Metadata
    private let start = BootInstant.now
    private let hasSeveralHeaders: Bool

    init(_ request: OriginalRequest, _ store: SessionStore, _ log: Logger) {
        self.store = store
        self.log = log
        client = request.clientAddress
        requestFields = request.logFields
        method = String((request[.originalMethod] ?? request[.method] ?? "-").prefix(16))
        path = String((request[.originalURI] ?? request.fullPath).prefix { $0 != "?" && $0 != "#" }.prefix(256))
        hasSeveralHeaders = request.count(of: .authorization) > 1 || request.count(of: .cookie) > 1
    }

    /// Logs the refusal of a request without a token.
    func refusedWithoutToken() { write("no token", .request) }

    /// Logs the refusal of a request whose token is malformed or ambiguous.
    func refused(_ source: Credentials.Source) {
        switch source {
        case .bearer:
            write(hasSeveralHeaders ? "several Authorization headers" : "Bearer is no token of ours", .request)
        case .cookie: write("the cookie has no token of ours", .request)
        case .severalCookies:
            write(hasSeveralHeaders ? "several Cookie headers" : "several cookies with different tokens", .request)
        }
    }

    /// Logs that a token has no live session. If the tag does not tell why, PostgreSQL is asked; the line follows then.
    func refused(_ token: SessionToken) {
        let time = BootInstant.now - start
        let mayExist: Bool
        do throws(SessionStoreError) {
            mayExist = try store.mayExist(token)
        } catch {
            mayExist = true
        }
        guard mayExist else { return write("not made with a key of this database", .memory, token, after: time) }
        EventLoop.spawn { [self] in
            do throws(SessionStoreError) {
                let absence = try await store.absence(of: token, from: client)
                write(absence.reason, .postgreSQL, token, absence, after: time)
            } catch {
                write("no live session (\(error.reason))", .postgreSQL, token, after: time)
            }
        }
    }

    /// Logs that the store could not tell.
    func undecided(_ error: SessionStoreError, _ token: SessionToken) {
        log.debug("check not decided: \(error.reason)", metadata: fields(token, nil, after: BootInstant.now - start))
    }

    private func write(
        _ reason: String, _ source: Source, _ token: SessionToken? = nil, _ absence: SessionAbsence? = nil,
        after time: Duration? = nil
    ) {
        var fields = fields(token, absence, after: time ?? BootInstant.now - start)
        fields["reason"] = "\(reason)"
        fields["source"] = "\(source.rawValue)"
        log.debug("check refused", metadata: fields)
    }

    private func fields(
        _ token: SessionToken?, _ absence: SessionAbsence?, after time: Duration
    ) -> Logger.Metadata {
        var fields = requestFields
        fields["client"] = "\(client ?? "-")"
        fields["method"] = "\(method)"
        fields["path"] = "\(path)"
        fields["ms"] = "\((time.seconds * 100_000).rounded() / 100)"
        // The beginning of what the table and Redis have for the token; nothing leads back from it.
        if let token { fields["token_hash"] = "\(token.hash.hex.prefix(16))" }
        if let id = absence?.sessionID { fields["session"] = "\(id)" }
        if let user = absence?.userID { fields["user"] = "\(user)" }
        if let name = absence?.username { fields["username"] = "\(name)" }
        return fields
    }
}
