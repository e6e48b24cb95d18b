/// The user whom an event concerns.
enum AuditSubject: Equatable {
    case user(id: String)
    /// The name belongs to no user. It may be a password typed into the wrong field, so it is represented by a keyed
    /// hash, or nil if there is none.
    case unknownName(hash: String?)
    /// All users, or none in particular.
    case nobody
}
