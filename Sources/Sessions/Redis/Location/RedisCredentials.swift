/// What a connection says to Redis to be let in. Whatever prints, interpolates, dumps or logs it gets a fixed text.
package struct RedisCredentials: Equatable, Sendable {
    /// Nil: the server's `default` user, which is all that servers before Redis 6 know.
    package let username: String?
    /// Never empty.
    package let password: String

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
