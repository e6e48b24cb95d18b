internal import ArgumentParser

/// Groups on a command line, separated by commas. An empty text means no groups.
struct GroupNames: ExpressibleByArgument, CustomStringConvertible {
    let names: [String]

    init() {
        names = []
    }

    init?(argument: String) {
        names = argument.split(separator: ",").map(String.init)
    }

    /// The text form, for help texts.
    var description: String { names.joined(separator: ",") }
}
