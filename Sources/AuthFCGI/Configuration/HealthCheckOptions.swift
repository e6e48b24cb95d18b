internal import ArgumentParser
internal import EventLoop

/// The flags of the only setting that `healthcheck` and `status` need.
struct HealthCheckOptions: ParsableArguments {
    @OptionGroup var environment: EnvironmentFileOption

    @Option(\.listen) var listen: String?

    /// The sources of the setting.
    var sources: SettingsSources {
        SettingsSources(
            flags: listen.map { [SettingTable.shared.listen.name: $0] } ?? [:],
            environment: ProcessEnvironment.snapshot(), environmentFile: environment.path, host: .current)
    }

    /// Returns the address of the gate, and whether it speaks HTTP there.
    /// - Throws: The exit code, after a message, if there is none to connect to.
    func gateAddress() throws(ExitCode) -> (ServerAddress, isHTTP: Bool) {
        let listen: [ListenAddress]
        do throws(SettingsProblems) {
            listen = try Settings.listen(sources)
        } catch {
            StandardError.write(error.description)
            throw ExitCode(SettingsProblems.exitCode)
        }
        guard let address = listen.isEmpty ? ListenAddress.standard : listen.first(where: { $0.kind != .httpCheck })
        else {
            throw CommandFailure.fail(
                "LISTEN has http-check alone, where every path is a check; give another socket: --listen http:unix:PATH",
                code: CommandFailure.configurationCode)
        }
        let isHTTP = address.kind.isHTTP
        switch address.place {
        case .unix(let path): return (.unix(path: path), isHTTP)
        case .ip(let ip, let port):
            // All addresses of the machine include the loopback ones, from which every gate takes connections.
            let host = ip.isAny ? (ip.isIPv4 ? "127.0.0.1" : "::1") : "\(ip)"
            return (.tcp(host: host, port: port), isHTTP)
        case .localhost(let port): return (.tcp(host: "localhost", port: port), isHTTP)
        case .systemd, .standardInput:
            throw CommandFailure.fail(
                "LISTEN names a socket that systemd opens; give its address: --listen unix:PATH",
                code: CommandFailure.configurationCode)
        }
    }
}
