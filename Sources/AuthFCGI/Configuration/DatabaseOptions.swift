internal import ArgumentParser

/// The flags that every command with a database needs.
struct DatabaseOptions: ParsableArguments {
    @OptionGroup var environment: EnvironmentFileOption

    @Option(\.databaseSchema) var databaseSchema: String?

    /// The path given with `--env-file`.
    var environmentFile: String? { environment.path }
}
