internal import ArgumentParser

/// The flags of settings that concern the program that serves alone. Other commands have flags of the same names.
struct ServingOptions: ParsableArguments {
    @Option(\.user) var user: String?
}
