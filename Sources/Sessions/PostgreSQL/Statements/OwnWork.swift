internal import EventLoop

/// What the first sending of a statement has done, which a repetition after a lost connection finds. Not only that: what
/// others have done to the same sessions meanwhile counts too, as they lived when the statement was requested.
///
/// Only functions in the database look for it, after they have done their own work: the first sending may still wait for a
/// lock when the repetition starts, and a statement does not see what was committed after its start.
enum OwnWork {
    /// The time by which a message may travel longer than another one, and by which clocks of servers may differ.
    private static let margin = Duration.milliseconds(500)

    /// Returns the value of the statement's parameter: the seconds in which the work was done, NULL for the first sending.
    static func parameter(repeatedAfter time: Duration?) -> PostgreSQLParameter {
        .optionalNumber(time.map { ($0 + margin).seconds })
    }

    /// Returns the argument `since` of the database's functions.
    /// - Parameter parameter: The parameter, such as `$3`.
    static func since(_ parameter: String) -> String { "make_interval(secs => \(parameter)::double precision)" }
}
