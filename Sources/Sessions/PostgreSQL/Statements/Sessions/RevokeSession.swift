/// Revokes one session by its public id. The answer is what became of it.
struct RevokeSession: Statement {
    /// The session's public id, a UUID.
    let id: String
    /// The user whose session it must be; nil for any user.
    let userID: String?

    typealias Answer = SessionEnd
    static let isIdempotent = true
    static let isUrgent = true

    func sql(in schema: Schema) -> String {
        "SELECT was_live, just_ended FROM \(schema)end_session($1::uuid, $2::text, \(OwnWork.since("$3")))"
    }

    var parameters: [PostgreSQLParameter] { parameters(repeatedAfter: nil) }

    func parameters(repeatedAfter time: Duration?) -> [PostgreSQLParameter] {
        [.text(id), .optional(userID), OwnWork.parameter(repeatedAfter: time)]
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> SessionEnd {
        let (wasLive, justEnded) = (try row.flag("was_live"), try row.flag("just_ended"))
        return wasLive ? .ended : justEnded ? .endedBefore : .noSuchSession
    }
}
