extension RedisServer {
    /// Runs one command with redis-cli over the unix socket and returns the reply: a line for each element, nothing for
    /// nil.
    ///
    /// - Parameters:
    ///   - user: to log in as; the default user unless given.
    ///   - password: the settings' `requirepass` unless given.
    ///   - isQuoted: arguments and reply are as in `"\x00\n"`, with the quotes: for bytes that are no text.
    /// - Throws: with Redis's message, if the reply is an error.
    @discardableResult
    package func command(
        _ arguments: String..., user: String? = nil, password: String? = nil, isQuoted: Bool = false
    ) throws -> String {
        try command(arguments, user: user, password: password, isQuoted: isQuoted)
    }

    /// The same with an array.
    @discardableResult
    package func command(
        _ arguments: [String], user: String? = nil, password: String? = nil, isQuoted: Bool = false
    ) throws -> String {
        let options = (user.map { ["--user", $0] } ?? []) + (isQuoted ? ["--quoted-input", "--no-raw"] : [])
        return try runClient(["-s", socket] + options, arguments, password: password ?? self.password)
    }

    /// Runs one command with redis-cli over the TCP port, by TLS if the server has certificates.
    ///
    /// - Parameters:
    ///   - host: how the client calls the server, which has to be in its certificate.
    ///   - trusting: the authority's file, when it is not to be the server's own.
    ///   - certificate: what the client shows of itself.
    /// - Throws: if the reply is an error, or if no connection comes about.
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
        // By the environment, so that no error message and no list of processes shows it.
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
