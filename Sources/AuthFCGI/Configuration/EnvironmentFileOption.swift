internal import ArgumentParser

/// The flag `--env-file`. ``CommandLineArguments`` accepts it before the command too.
struct EnvironmentFileOption: ParsableArguments {
    static let name = "--env-file"

    @Option(
        name: .customLong("env-file"),
        help: .init("A file of settings, in lines of NAME=VALUE; also before the command.", valueName: "path"),
        completion: .file())
    var path: String?
}
