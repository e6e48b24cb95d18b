/// The reasons why the pages cannot be shown: problems with the operator's own templates and texts.
struct PagesProblem: Error, Equatable, CustomStringConvertible {
    /// One line for each problem, with the file, the line in it if known, and advice.
    private(set) var lines: [String] = []

    init(_ lines: [String]) { self.lines = lines }

    init(file: String, line: Int? = nil, _ reason: String) {
        let place = line.map { ", line \($0)" } ?? ""
        lines = ["\(file)\(place): \(reason)"]
    }

    var description: String { lines.joined(separator: "; ") }
}
