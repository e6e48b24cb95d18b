/// The user whom an event concerns.
enum AuditSubject: Equatable {
    /// The name is given where a line is to tell whose id it is, if it is known.
    case user(id: String, name: String? = nil)
    /// The name belongs to no user. It may be a password typed into the wrong field, so it is represented by a keyed
    /// hash, or nil if there is none.
    case unknownName(hash: String?)
    /// All users, or none in particular.
    case nobody
}
