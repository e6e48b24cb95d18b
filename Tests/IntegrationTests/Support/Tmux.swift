import TestSupport

/// A real terminal of 80 columns, that of tmux, and a command that runs in it.
///
/// When the last reference is released, the terminal is closed.
final class Tmux: Sendable {
    private let socket: String

    /// Opens the terminal.
    ///
    /// - Parameters:
    ///   - lines: The number of lines of the terminal.
    ///   - environment: Variables of the command.
    ///   - command: The command as for a shell.
    init(
        in folder: TestFolder, lines: Int = 24, environment: [String: String] = [:], command: String
    ) throws {
        socket = folder.path("tmux")
        // Without tmux' own line at the bottom.
        _ = try run(
            [
                "start-server", ";", "set-option", "-g", "status", "off", ";", "new-session", "-d", "-x", "80", "-y",
                "\(lines)", command,
            ], environment)
    }

    deinit { _ = try? run(["kill-server"]) }

    /// What the terminal shows, line by line.
    func screen() throws -> [String] { Self.lines(try run(["capture-pane", "-p"])) }

    /// What the command has written, line by line: what the terminal has had to break is one line.
    func unbrokenScreen() throws -> [String] { Self.lines(try run(["capture-pane", "-p", "-J"])) }

    private func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> String {
        let terminal = ["LC_ALL": "C.UTF-8", "TERM": "xterm"]
        return try ServerProcess.output(
            "tmux", ["-S", socket, "-f", "/dev/null"] + arguments, environment: terminal.merging(environment) { $1 })
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
        }
    }
}
