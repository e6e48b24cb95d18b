/// PostgreSQL's word on a session, kept: it was true at `asOf`. Whether it may still be believed only
/// ``FreshnessRule`` can say.
package struct SessionSnapshot: Sendable {
    package let session: PackedSession
    /// PostgreSQL's statement_timestamp() of the look-up that made it.
    package let asOf: DatabaseInstant
    package let origin: ServerIncarnation

    package init(session: PackedSession, asOf: DatabaseInstant, origin: ServerIncarnation) {
        self.session = session
        self.asOf = asOf
        self.origin = origin
    }
}
