internal import ArgumentParser

/// The flags that every command with a database needs.
struct DatabaseOptions: ParsableArguments {
    @Option(name: .customLong("env-file"), help: .init("A file of NAME=VALUE lines.", valueName: "path"))
    var environmentFile: String?

    @Option(\.databaseSchema) var databaseSchema: String?
}
