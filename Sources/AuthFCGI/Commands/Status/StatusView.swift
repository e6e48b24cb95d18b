internal import ArgumentParser
internal import EventLoop
internal import FoundationEssentials
internal import Glibc

/// Asks a gate for its status and shows it, once or again and again.
@EventLoop
final class StatusView {
    private let gate: GateSocket
    /// The time between two refreshes; nil for one screen.
    private let interval: Duration?
    private let isJSON: Bool

    /// The time between the two reports of the first screen.
    private static let firstInterval = Duration.seconds(1)

    nonisolated init(gate: GateSocket, interval: Duration?, isJSON: Bool) {
        self.gate = gate
        self.interval = interval
        self.isJSON = isJSON
    }

    /// Shows the status until it cannot be shown any more.
    /// - Throws: The exit code, after a message, if the gate does not answer.
    func run() async throws(ExitCode) {
        // Only a screen is replaced in place.
        let replaces = interval != nil && !isJSON && TerminalScreen.isTerminal(STDOUT_FILENO)
        var screen = TerminalScreen(STDOUT_FILENO)
        var earlier = try await report()
        var pause = Self.firstInterval
        while true {
            await Reactor.shared.sleep(for: pause)
            let later = try await report()
            let figures = StatusFigures(from: earlier, to: later)
            if replaces {
                guard screen.show(StatusScreen(figures).text) else { return }
            } else {
                try show(figures)
            }
            guard let interval else { return }
            earlier = later
            pause = interval
        }
    }

    private func show(_ figures: StatusFigures) throws(ExitCode) {
        guard isJSON else {
            return try StandardOutput.write(StatusScreen(figures).text + (interval == nil ? "" : "\n"))
        }
        let line: String
        do {
            line = try JSONOutput.status(figures)
        } catch {
            throw CommandFailure.fail("the status cannot be written as JSON", code: 1)
        }
        try StandardOutput.writeLine(line)
    }

    private func report() async throws(ExitCode) -> StatusReport {
        switch await gate.get("/statusz") {
        case .answered(status: 200, let body):
            guard let report = try? JSONDecoder().decode(StatusReport.self, from: Data(body.utf8)) else {
                throw CommandFailure.fail("\(gate.address) answers something else than a gate of this version", code: 1)
            }
            return report
        case .answered(let status, _):
            throw CommandFailure.fail("\(gate.address) answers with HTTP status \(status)", code: 1)
        case .failed(let reason): throw CommandFailure.fail("\(gate.address) does not answer: \(reason)", code: 1)
        }
    }
}
