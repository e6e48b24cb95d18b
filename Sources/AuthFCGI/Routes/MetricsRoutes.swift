internal import EventLoop

/// `GET /metrics` for Prometheus, and `GET /statusz` for `authfcgi status`: the numbers of all workers, which any of them
/// can tell. No user, address or token is in them.
@EventLoop
final class MetricsRoutes {
    private let scoreboard: Scoreboard
    private let facts: GateFacts
    private let figures: WorkerFigures?
    private let sessions: SessionCounter?

    /// - Parameters:
    ///   - scoreboard: The values of all workers.
    ///   - facts: What does not change.
    ///   - figures: Writes this worker's own figures, so that they are up to date; nil to leave that out.
    ///   - sessions: Counts the sessions; nil to leave that out.
    init(_ scoreboard: Scoreboard, _ facts: GateFacts, figures: WorkerFigures?, sessions: SessionCounter?) {
        self.scoreboard = scoreboard
        self.facts = facts
        self.figures = figures
        self.sessions = sessions
    }

    /// Answers a request for one of the two paths, also on a listener that has nothing else.
    func answer(_ exchange: Exchange) {
        let route = Route(path: exchange.request.fullPath, method: exchange.request[.method] ?? "GET")
        if route == .metrics {
            metrics(exchange)
        } else if route == .status {
            status(exchange)
        } else {
            exchange.respond(.nothingHere)
        }
    }

    private func metrics(_ exchange: Exchange) {
        let reading = read()
        exchange.respond(Response(.ok, .metrics, MetricsText.of(reading, facts, startedAt: reading.startTime)))
    }

    private func status(_ exchange: Exchange) { exchange.respond(.json(StatusReport(read(), facts))) }

    private func read() -> ScoreboardReading {
        figures?.write()
        let reading = scoreboard.read(at: .now)
        sessions?.refresh(reading)
        return reading
    }
}

extension ScoreboardReading {
    /// The start of the program in nanoseconds since 1970; nil if it is not known.
    fileprivate var startTime: UInt64? {
        guard let startedAt else { return nil }
        return UInt64(clamping: WallClock.nanoseconds - (instant - startedAt).nanoseconds)
    }
}
