internal import ArgumentParser

/// Groups on a command line, separated by commas, with or without spaces beside them. An empty text means no groups.
struct GroupNames: ExpressibleByArgument, CustomStringConvertible {
    let names: [String]

    init() {
        names = []
    }

    init?(argument: String) {
        names = argument.split(separator: ",").map(Self.trimmed).filter { !$0.isEmpty }
    }

    private static func trimmed(_ word: Substring) -> String {
        var word = word.drop { $0 == " " }
        while word.last == " " { word.removeLast() }
        return String(word)
    }

    /// The text form, for help texts.
    var description: String { names.joined(separator: ",") }
}
