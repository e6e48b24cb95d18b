import TestSupport

/// Histories of a world in which all goes as promised: a session ends at one moment, and each pod notices it at most a
/// second later.
enum LegalHistory {
    static func make(_ random: inout SeededGenerator) -> [HistoryEvent] {
        (0..<6).flatMap { session in events(of: session, &random) }.shuffled(using: &random)
    }

    private static func events(of session: Int, _ random: inout SeededGenerator) -> [HistoryEvent] {
        func event(
            _ operation: HistoryEvent.Operation, _ result: HistoryEvent.Result, _ start: Duration, _ end: Duration,
            pod: Int?
        ) -> HistoryEvent {
            HistoryEvent(operation, result, session: session, user: session, from: start, to: end, pod: pod)
        }
        let started = random.milliseconds(0...1000)
        let known = started + random.milliseconds(1...50)
        var events = [event(.login, .accepted, started, known, pod: nil)]
        var ends: Duration?
        if random.chance(0.8) {
            var begun = known + random.milliseconds(200...1000)
            // Tries that nobody answers; the last one is acknowledged.
            let first = begun
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let given = begun + random.milliseconds(1...100)
                events.append(event(.logout, random.chance(0.5) ? .failed : .cannotTell, begun, given, pod: 0))
                begun = given + random.milliseconds(1...500)
            }
            let acknowledged = begun + random.milliseconds(1...100)
            events.append(event(.logout, .accepted, begun, acknowledged, pod: 1))
            let span = acknowledged - first
            ends = first + span * Double.random(in: 0...1, using: &random)
        }
        for pod in 0..<2 {
            let lag = random.milliseconds(0...1000)
            for _ in 0..<30 {
                let start = known + random.milliseconds(0...5000)
                let noticed = ends.map { start > $0 + lag } ?? false
                let result: HistoryEvent.Result =
                    random.chance(0.05) ? .cannotTell : noticed ? .refused : .accepted
                events.append(event(.check, result, start, start + random.milliseconds(1...300), pod: pod))
            }
        }
        return events
    }
}
