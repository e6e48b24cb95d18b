internal import DequeModule
internal import EventLoop

/// The names whose rows another transaction holds, and the elements that wait for them.
///
/// An element that has waited for a row in vain holds its name: later ones of the name wait with it instead of trying as well.
/// Names take turns, and so do the elements of a name. After each try in vain nobody tries for a time that depends on how long
/// the try was, so that the tries take a third of the time at most, however many elements of however many names wait. Once
/// one of them succeeds, its name is free, and the next name has its turn.
struct HeldNames<Element> {
    private struct Hold {
        var waiting = Deque<Element>()
        /// The end of the last try in vain.
        var failedAt: BootInstant
    }

    private var holds: [String: Hold] = [:]
    /// The held names, the next one first.
    private var turns = Deque<String>()
    /// The time of the next try; nil for any time.
    private var pausedUntil: BootInstant?

    /// The minimum pause after a try in vain.
    static var minimumPause: Duration { .milliseconds(50) }
    /// The time for which a name is held after a try in vain if nobody waits for it.
    static var memory: Duration { .seconds(10) }

    /// The number of elements that wait.
    private(set) var count = 0
    var isEmpty: Bool { count == 0 }

    /// The time of the next try, perhaps a past one; nil if nobody waits.
    var nextTryAt: BootInstant? { isEmpty ? nil : pausedUntil }

    /// Returns whether an element of this name has to wait.
    func isHeld(_ name: String, at now: BootInstant) -> Bool {
        guard let hold = holds[name] else { return false }
        return !hold.waiting.isEmpty || now - hold.failedAt < Self.memory
    }

    /// Handles a try in vain.
    /// - Parameters:
    ///   - name: The name of the element.
    ///   - duration: The time that the try took.
    ///   - now: The current instant.
    mutating func failed(_ name: String, after duration: Duration, at now: BootInstant) {
        forget(at: now)
        if holds[name] == nil { turns.append(name) }
        holds[name, default: Hold(failedAt: now)].failedAt = now
        pausedUntil = now + max(Self.minimumPause, duration + duration)
    }

    /// Adds an element of a held name.
    mutating func append(_ element: Element, of name: String) {
        guard holds[name] != nil else { return assertionFailure("a name that is not held") }
        holds[name]?.waiting.append(element)
        count += 1
    }

    /// Removes and returns the element that tries next; nil if none may try now. Its name is still held.
    mutating func popFirst(at now: BootInstant) -> Element? {
        if let pausedUntil, now < pausedUntil { return nil }
        guard !isEmpty else { return nil }
        for _ in 0..<turns.count {
            guard let name = turns.popFirst() else { return nil }
            turns.append(name)
            if let element = holds[name]?.waiting.popFirst() {
                count -= 1
                return element
            }
        }
        return nil
    }

    /// Handles the success of an element: its name is free.
    /// - Returns: The elements of the name.
    mutating func freed(_ name: String) -> [Element] {
        guard let hold = holds.removeValue(forKey: name) else { return [] }
        turns.removeAll { $0 == name }
        count -= hold.waiting.count
        pausedUntil = nil
        return Array(hold.waiting)
    }

    /// Returns the least value that a waiting element has, or nil if none waits.
    func least<Value: Comparable>(_ value: (Element) -> Value) -> Value? {
        holds.values.compactMap { $0.waiting.map(value).min() }.min()
    }

    /// Changes each waiting element.
    mutating func modifyEach(_ change: (inout Element) -> Void) {
        for name in turns {
            guard var hold = holds.removeValue(forKey: name) else { continue }
            for index in hold.waiting.indices { change(&hold.waiting[index]) }
            holds[name] = hold
        }
    }

    /// Removes and returns the waiting elements that satisfy `isOver`.
    mutating func removeAll(where isOver: (Element) -> Bool) -> [Element] {
        guard !isEmpty else { return [] }
        var removed: [Element] = []
        for name in turns {
            guard var hold = holds.removeValue(forKey: name) else { continue }
            removed += hold.waiting.filter(isOver)
            hold.waiting.removeAll(where: isOver)
            holds[name] = hold
        }
        count -= removed.count
        return removed
    }

    /// Forgets the names for which nobody waits, and which were last held long ago.
    private mutating func forget(at now: BootInstant) {
        guard let longAgo = holds.values.lazy.map(\.failedAt).min(), now - longAgo >= Self.memory else { return }
        let kept = holds.filter { !$0.value.waiting.isEmpty || now - $0.value.failedAt < Self.memory }
        holds = kept
        turns.removeAll { kept[$0] == nil }
    }
}
