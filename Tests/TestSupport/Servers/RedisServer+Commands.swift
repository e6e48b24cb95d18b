extension RedisServer {
    /// Runs one command with redis-cli over the unix socket and returns the reply: a line for each element, an empty
    /// one for nil.
    ///
    /// - Parameters:
    ///   - user: The user to log in as, by default the default user.
    ///   - password: The password, by default `requirepass` of the settings.
    ///   - isQuoted: Whether arguments and reply have the form `"\x00\n"`, with the quotes: for bytes that are not
    ///     text.
    /// - Throws: The message of Redis if the reply is an error.
    @discardableResult
    package func command(
        _ arguments: String..., user: String? = nil, password: String? = nil, isQuoted: Bool = false
    ) throws -> String {
        try command(arguments, user: user, password: password, isQuoted: isQuoted)
    }

    /// Runs one command whose arguments are an array.
    @discardableResult
    package func command(
        _ arguments: [String], user: String? = nil, password: String? = nil, isQuoted: Bool = false
    ) throws -> String {
        let options = (user.map { ["--user", $0] } ?? []) + (isQuoted ? ["--quoted-input", "--no-raw"] : [])
        return try runClient(["-s", socket] + options, arguments, password: password ?? self.password)
    }

    /// Runs one command with redis-cli over the TCP port, with TLS if the server has certificates.
    ///
    /// - Parameters:
    ///   - host: The server's name for the client, which must be in the certificate.
    ///   - trusting: The certificate of the trusted authority, by default that of the server.
    ///   - certificate: The client's certificate.
    /// - Throws: An error if the reply is an error, or if the connection fails.
    @discardableResult
    package func tcpCommand(
        _ arguments: String..., host: String = "127.0.0.1", trusting authority: String? = nil,
        certificate: TLSFiles.Certificate? = nil
    ) throws -> String {
        guard let tcpPort else { preconditionFailure("this server has no TCP port") }
        var options = ["-h", host, "-p", "\(tcpPort)"]
        if let tls { options += ["--tls", "--cacert", authority ?? tls.authority] }
        if let certificate { options += ["--cert", certificate.file, "--key", certificate.key] }
        return try runClient(options, arguments, password: password)
    }

    private func runClient(_ options: [String], _ arguments: [String], password: String?) throws -> String {
        // Passed in the environment, so that it appears in no error message and no list of processes.
        let environment = password.map { ["REDISCLI_AUTH": $0] } ?? [:]
        let result = try ServerProcess.run(
            ServerPrograms.redisClient, ["-e"] + options + arguments, environment: environment, within: .seconds(30))
        guard result.status.isSuccess else {
            throw SupportError.unexpected(
                "redis-cli \(arguments.first ?? ""): \(result.status)", log: result.output + result.errors)
        }
        return result.output.hasSuffix("\n") ? String(result.output.dropLast()) : result.output
    }
}
