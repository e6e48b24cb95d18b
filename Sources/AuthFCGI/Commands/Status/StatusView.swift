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

    /// Shows the status, with an interval until it cannot be shown any more. Then a gate that has answered once is asked
    /// again and again while it is silent.
    /// - Throws: The exit code, after a message, if the gate does not answer.
    func run() async throws(ExitCode) {
        // Only a screen is replaced in place.
        let replaces = interval != nil && !isJSON && TerminalScreen.isTerminal(STDOUT_FILENO)
        var screen = TerminalScreen(STDOUT_FILENO)
        let first = await gate.get("/statusz")
        var earlier = try report(in: first)
        var pause = Self.firstInterval
        var shown = ""
        var silentSince: BootInstant?
        while true {
            await Reactor.shared.sleep(for: pause)
            let asked = BootInstant.now
            let outcome = await gate.get("/statusz")
            if let interval, case .failed(let reason) = outcome {
                let since = silentSince ?? asked
                if replaces {
                    let line = silence(since: since, because: reason)
                    guard screen.show(line + "\n\n" + shown) else { return }
                } else if silentSince == nil {
                    StandardError.write("authfcgi: \(gate.address) does not answer: \(reason); asking again\n")
                }
                silentSince = since
                pause = interval
                continue
            }
            silentSince = nil
            let later = try report(in: outcome)
            let figures = StatusFigures(from: earlier, to: later)
            if replaces {
                shown = StatusScreen(figures).text
                guard screen.show(shown) else { return }
            } else {
                try show(figures)
            }
            guard let interval else { return }
            earlier = later
            pause = interval
        }
    }

    /// Returns the line above the last screen of a gate that is silent.
    private func silence(since: BootInstant, because reason: String) -> String {
        let time = ShownTime.of(seconds: Double((BootInstant.now - since).nanoseconds) / 1e9)
        return PrintableText.of("No answer for \(time): \(reason)", longest: 80)
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

    private func report(in outcome: GateRequest.Outcome) throws(ExitCode) -> StatusReport {
        switch outcome {
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
