import TestSupport

/// A command of a document, and what the document says that it prints.
struct DocumentStep: Sendable {
    /// One or several lines for bash.
    let command: String
    /// The lines that are shown below the command, where `…` stands for anything. Nil if the document shows none, and
    /// only the success counts.
    let output: String?

    /// Returns the commands of a page in their order: those of `console` blocks, which begin with `$ ` and go on with
    /// `> `, and whole blocks of bash and SQL.
    static func steps(of page: MarkdownPage) -> [DocumentStep] {
        page.blocks.flatMap { block -> [DocumentStep] in
            switch block.language {
            case "console": return console(block.lines)
            case "bash": return [DocumentStep(command: "(set -euo pipefail\n\(block.text)\n)", output: nil)]
            case "sql":
                let command = "psql -X -q -v ON_ERROR_STOP=1 \"$DATABASE_URL\" <<'END'\n\(block.text)\nEND"
                return [DocumentStep(command: command, output: nil)]
            default: return []
            }
        }
    }

    private static func console(_ lines: [String]) -> [DocumentStep] {
        var commands: [(command: String, output: [String])] = []
        for line in lines {
            if line.hasPrefix("$ ") {
                commands.append((String(line.dropFirst(2)), []))
            } else if let last = commands.indices.last {
                if line.hasPrefix("> "), commands[last].output.isEmpty {
                    commands[last].command += "\n\(line.dropFirst(2))"
                } else {
                    commands[last].output.append(line)
                }
            }
        }
        return commands.map { DocumentStep(command: $0.command, output: $0.output.joined(separator: "\n")) }
    }

    /// Returns whether a command that has printed this has printed what the document says. The width of columns does not
    /// count.
    func matches(_ printed: String) -> Bool {
        guard let output else { return true }
        var rest = Self.normalized(printed)[...]
        let parts = Self.normalized(output).split(separator: "…", omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, parts.count > 1 else {
            return rest == Self.normalized(output)
        }
        guard rest.hasPrefix(first) else { return false }
        rest = rest.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }

    /// Returns the lines without those that are empty at the start and the end, with one space for several.
    private static func normalized(_ text: String) -> String {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
            let words = line.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
            return line.first == " " && !words.isEmpty ? " " + words : words
        }
        while lines.last == "" { lines.removeLast() }
        while lines.first == "" { lines.removeFirst() }
        return lines.joined(separator: "\n")
    }
}
