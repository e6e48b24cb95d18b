/// Whom it is about.
enum AuditSubject: Equatable {
    case user(id: String)
    /// A name that nobody has. It may be a password that was typed in the wrong place, so what stands for it is a keyed
    /// hash; nil: there was none to be had.
    case unknownName(hash: String?)
    /// Everybody, or nobody in particular.
    case nobody
}
