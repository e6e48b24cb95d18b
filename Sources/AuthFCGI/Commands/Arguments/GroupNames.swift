internal import ArgumentParser

/// Groups on a command line, separated by commas; an empty text is none.
struct GroupNames: ExpressibleByArgument, CustomStringConvertible {
    let names: [String]

    init() {
        names = []
    }

    init?(argument: String) {
        names = argument.split(separator: ",").map(String.init)
    }

    /// As it is written, for help texts.
    var description: String { names.joined(separator: ",") }
}
