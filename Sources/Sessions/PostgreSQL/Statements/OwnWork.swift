internal import EventLoop

/// What the first sending of a statement has done, which a repetition after a lost connection finds. Not only that: what
/// others have done to the same sessions meanwhile counts too, as they lived when the statement was requested.
enum OwnWork {
    /// The time by which a message may travel longer than another one, and by which clocks of servers may differ.
    private static let margin = Duration.milliseconds(500)

    /// Returns the value of the statement's parameter: the seconds in which the work was done, NULL for the first sending.
    static func parameter(repeatedAfter time: Duration?) -> PostgreSQLParameter {
        .optionalNumber(time.map { ($0 + margin).seconds })
    }

    /// Returns a condition on a row of `session_tokens`: the session was revoked by the first sending. NULL for the first
    /// sending and for a session that was not revoked.
    /// - Parameters:
    ///   - table: The alias of `session_tokens`.
    ///   - parameter: The parameter, such as `$3`.
    static func ended(_ table: String, _ parameter: String) -> String {
        "\(table).revoked_at >= \(start(parameter))"
    }

    /// Returns the number of sessions of a user that the first sending ended, as far as their rows are marked.
    /// - Parameters:
    ///   - userID: An expression for the user's id.
    ///   - parameter: The parameter, such as `$3`.
    ///   - schema: The schema of the gate's tables.
    static func countEnded(ofUser userID: String, _ parameter: String, in schema: Schema) -> String {
        // A revocation moves the expiry to the past, and that has an index.
        """
        (SELECT count(*) FROM \(schema)session_tokens s WHERE s.user_id = \(userID) AND \(ended("s", parameter)) \
        AND s.expires_at BETWEEN \(start(parameter)) AND statement_timestamp())
        """
    }

    private static func start(_ parameter: String) -> String {
        "statement_timestamp() - make_interval(secs => \(parameter)::double precision)"
    }
}
