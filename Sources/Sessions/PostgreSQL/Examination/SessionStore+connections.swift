extension SessionStore.Configuration {
    /// Returns the maximum number of connections of a process to PostgreSQL: for checks, changes, logins and lists, and for
    /// the statements of a users query.
    package static func maxConnections(_ query: UsersQuery?) -> Int {
        4 + (query == nil ? 0 : 1) + (query?.rehash == nil ? 0 : 1)
    }
}
