/// The way to the server, as it is.
extension PostgreSQLConnection {
    /// How a connection reaches the server.
    package struct Transport: Equatable, Sendable {
        /// The host's name, address or socket folder, as configured.
        package let host: String
        /// The address that was connected to; empty for a unix socket.
        package let address: String
        /// Whether the connection is encrypted.
        package let isEncrypted: Bool
        /// The `sslmode` in effect.
        package let mode: String
        /// Whether the connection string names an `sslmode`.
        package let isModeChosen: Bool

        package init(host: String, address: String, isEncrypted: Bool, mode: String, isModeChosen: Bool) {
            self.host = host
            self.address = address
            self.isEncrypted = isEncrypted
            self.mode = mode
            self.isModeChosen = isModeChosen
        }

        /// A Boolean value that indicates whether nothing leaves this machine.
        package var isLocal: Bool { address.isEmpty || address.hasPrefix("127.") || address == "::1" }

        /// A Boolean value that indicates whether a server that offers no TLS would be accepted all the same.
        package var canBePlain: Bool { !["require", "verify-ca", "verify-full"].contains(mode) }
    }

    /// Returns the way to the server.
    /// - Parameter url: The connection string that this connection was opened with.
    package func transport(_ url: Secret) -> Transport {
        let parameters = effectiveParameters
        let chosen = ConnectionString.values(url.reveal())?["sslmode"]
        return Transport(
            host: parameters["host"] ?? "", address: serverAddress, isEncrypted: isEncrypted,
            mode: parameters["sslmode"] ?? "", isModeChosen: chosen != nil)
    }
}
