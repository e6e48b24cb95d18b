/// The user name and password of a connection. Printing, interpolating, dumping or logging them yields a fixed text.
package struct RedisCredentials: Equatable, Sendable {
    /// The user name, or nil for the server's `default` user, the only one before Redis 6.
    package let username: String?
    /// The password, never empty.
    package let password: String

    /// Creates credentials.
    /// - Parameters:
    ///   - username: The user name, or nil for the server's `default` user.
    ///   - password: The password, not empty.
    package init(username: String?, password: String) {
        self.username = username
        self.password = password
    }
}

extension RedisCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(Redis credentials)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
