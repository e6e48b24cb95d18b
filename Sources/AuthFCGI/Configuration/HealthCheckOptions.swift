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

    /// Returns the address of the first socket.
    /// - Throws: The exit code, after a message, if there is none to connect to.
    func address() throws(ExitCode) -> ServerAddress {
        let listen: [ListenAddress]
        do throws(SettingsProblems) {
            listen = try Settings.listen(sources)
        } catch {
            StandardError.write(error.description)
            throw ExitCode(SettingsProblems.exitCode)
        }
        switch listen.first ?? .standard {
        case .unix(let path): return .unix(path: path)
        case .ipv4(let bytes, let port): return .tcp(host: bytes.map { "\($0)" }.joined(separator: "."), port: port)
        case .ipv6(let port): return .tcp(host: "::1", port: port)
        case .localhost(let port): return .tcp(host: "localhost", port: port)
        case .systemd, .standardInput:
            throw CommandFailure.fail(
                "LISTEN names a socket that systemd opens; give its address: --listen unix:PATH",
                code: CommandFailure.configurationCode)
        }
    }
}
