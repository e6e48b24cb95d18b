internal import ArgumentParser

/// The flags of the only setting that `healthcheck` needs.
struct HealthCheckOptions: ParsableArguments {
    @OptionGroup var environment: EnvironmentFileOption

    @Option(\.listen) var listen: String?

    /// The sources of the setting.
    var sources: SettingsSources {
        SettingsSources(
            flags: listen.map { [SettingTable.shared.listen.name: $0] } ?? [:],
            environment: ProcessEnvironment.snapshot(), environmentFile: environment.path, host: .current)
    }
}
