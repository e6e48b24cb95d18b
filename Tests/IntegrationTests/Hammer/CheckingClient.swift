import TestSupport

/// Asks one pod over and over about sessions that live, that end at this moment, and that ended long ago.
struct CheckingClient {
    private let hammer: Hammer
    private let pod: Int
    private var random: SeededGenerator
    /// What the pod has accepted lately and so may still have in memory.
    private var familiar: [HammerRoster.Entry] = []

    private static let mostFamiliar = 40

    init(_ hammer: Hammer, pod: Int, random: SeededGenerator) {
        self.hammer = hammer
        self.pod = pod
        self.random = random
    }

    /// Asks until the hammer rests.
    mutating func run() -> [HistoryEvent] {
        var events: [HistoryEvent] = []
        while !hammer.isStopping {
            // Most promising is what the pod may believe by itself, whatever has become of it elsewhere.
            let known = random.chance(0.6) ? familiar.randomElement(using: &random) : nil
            guard let entry = known ?? hammer.roster.toCheck(&random) else {
                sleepThread(for: .milliseconds(1))
                continue
            }
            let way: Hammer.CheckWay = random.chance(0.9) ? .gate : random.chance(0.7) ? .page : .me
            let event = hammer.check(entry, on: pod, by: way)
            events.append(event)
            hammer.count(event)
            keep(entry, event.result)
            // Two cores are enough for all of this.
            sleepThread(for: random.milliseconds(1...10))
        }
        return events
    }

    private mutating func keep(_ entry: HammerRoster.Entry, _ result: HistoryEvent.Result) {
        switch result {
        case .accepted:
            guard !familiar.contains(where: { $0.number == entry.number }) else { return }
            if familiar.count == Self.mostFamiliar { familiar.removeFirst() }
            familiar.append(entry)
        case .refused:
            familiar.removeAll { $0.number == entry.number }
            hammer.roster.wasRefused(entry)
        case .mistaken, .cannotTell, .failed: break
        }
    }
}
