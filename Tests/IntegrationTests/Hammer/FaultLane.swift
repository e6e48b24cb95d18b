import Synchronization
import TestSupport

/// Faults that come one after the other, in rounds: each round has all of them in another order. Lanes run side by side,
/// so faults that exclude each other are in the same one.
final class FaultLane: Sendable {
    private struct Contents {
        var strokes: [FaultStroke] = []
        var failure: String?
        var thread: JoinableThread?
    }

    private let faults: [Fault]
    /// How many milliseconds nothing happens between two of them.
    private let pause: ClosedRange<Int>
    private let seed: SeededGenerator
    private let contents = Mutex(Contents())

    init(_ faults: [Fault], pause: ClosedRange<Int>, random: SeededGenerator) {
        self.faults = faults
        self.pause = pause
        seed = random
    }

    /// Every fault so far that is over.
    var strokes: [FaultStroke] { contents.withLock { $0.strokes } }

    /// What a fault could not do; then there were no more.
    var failure: String? { contents.withLock { $0.failure } }

    /// Whether there was one of each, or never will be.
    var hadEachFault: Bool {
        contents.withLock { contents in
            contents.failure != nil || Set(contents.strokes.map(\.name)).count == faults.count
        }
    }

    /// Lets faults happen on a thread of its own, until the hammer rests.
    func start(_ hammer: Hammer) {
        let thread = JoinableThread { [self] in run(hammer) }
        contents.withLock { $0.thread = thread }
    }

    /// Waits until the last fault is over.
    func waitForEnd() {
        contents.withLock { $0.thread }?.join()
    }

    private func run(_ hammer: Hammer) {
        var random = seed
        while true {
            for fault in faults.shuffled(using: &random) {
                sleepThread(for: random.milliseconds(pause))
                guard !hammer.isStopping else { return }
                let start = hammer.elapsed
                do {
                    let detail = try fault.strike(&random)
                    let stroke = FaultStroke(
                        name: fault.name, detail: detail, silencesPostgreSQL: fault.silencesPostgreSQL, start: start,
                        end: hammer.elapsed)
                    contents.withLock { $0.strokes.append(stroke) }
                } catch {
                    contents.withLock { $0.failure = "\(fault.name): \(error)" }
                    return
                }
            }
        }
    }
}
