internal import EventLoop

/// Look-ups that wait for a connection to come back: briefly, then they are given up.
@EventLoop
final class WaitingLookUps {
    private var lookUps: [(lookUp: LookUp, until: BootInstant)] = []
    private var timer: LoopTimer?

    /// How long a look-up waits.
    private static let limit = Duration.milliseconds(300)

    /// - Parameter giveUp: what becomes of those that nobody took in time.
    func add(_ lookUp: LookUp, _ giveUp: @escaping @EventLoop (LookUp) -> Void) {
        lookUps.append((lookUp, min(lookUp.deadline, .now + Self.limit)))
        arm(giveUp)
    }

    /// Takes out all.
    func takeAll() -> [LookUp] {
        let all = lookUps.map(\.lookUp)
        lookUps.removeAll()
        return all
    }

    /// Wakes for the one that is due first, a few milliseconds late at most: one pass serves many.
    private func arm(_ giveUp: @escaping @EventLoop (LookUp) -> Void) {
        guard timer == nil, let next = lookUps.lazy.map(\.until).min() else { return }
        timer = Reactor.shared.schedule(at: max(next, .now + .milliseconds(5))) { [weak self] in
            guard let self else { return }
            timer = nil
            let now = BootInstant.now
            let late = lookUps.filter { $0.until <= now }
            lookUps.removeAll { $0.until <= now }
            for (lookUp, _) in late { giveUp(lookUp) }
            arm(giveUp)
        }
    }
}
