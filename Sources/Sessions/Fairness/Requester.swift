/// Whoever asks for a part of something limited, such as a turn of the hasher or a place in a queue.
package struct Requester: Hashable, Sendable {
    /// The client's network; nil for a client without an IP address, and for the program itself.
    package let network: ClientNetwork?
    /// The user name of a login, or else the user's id, or the hash of a token whose session's user is not known yet; nil if
    /// all are unknown.
    package let name: String?

    /// Creates a requester.
    /// - Parameters:
    ///   - network: The client's network.
    ///   - name: The user name of a login, or the user's id.
    package init(network: ClientNetwork? = nil, name: String? = nil) {
        self.network = network
        self.name = name
    }

    /// Creates a requester.
    /// - Parameters:
    ///   - address: The client's address from a trusted source. One that cannot be parsed counts as none.
    ///   - name: The user name of a login, or the user's id.
    package init(address: String?, name: String? = nil) {
        self.init(network: address.flatMap { ClientNetwork($0) }, name: name)
    }

    /// Creates the requester of a login.
    /// - Parameters:
    ///   - address: The client's address from a trusted source. One that cannot be parsed counts as none.
    ///   - username: The user name as the client sent it. Upper and lower case count as the same.
    package init(address: String?, username: String) {
        self.init(address: address, name: username.lowercased())
    }
}
