/// The result of one look-up, read from the rows of its statement.
enum FoundSession {
    /// A row, with the session; nil if it states that no live session has this hash.
    case row(SessionSnapshot?)
    /// A row that cannot be read, for this reason.
    case unreadable(String)
    /// No row. Proves nothing: the rows may belong to another question, or are still to be restored.
    case missing
}
