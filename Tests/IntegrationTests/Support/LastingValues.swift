import Synchronization

/// Values that can be made again.
protocol SharedValues: AnyObject, Sendable {
    /// Releases what was made.
    func release()
}

/// The shared values of the suites that were used last.
enum LastingValues {
    private static let used = Mutex<[any SharedValues]>([])
    /// A suite has up to three.
    private static let maxCount = 4
    private static let suitesAreSerial = CommandLine.arguments.contains("--no-parallel")

    /// Moves the values of a suite to the end, and releases those that were used before many others.
    static func use(_ values: any SharedValues) {
        let surplus = used.withLock { used in
            used.removeAll { $0 === values }
            used.append(values)
            guard suitesAreSerial, used.count > maxCount else { return [any SharedValues]() }
            defer { used.removeFirst(used.count - maxCount) }
            return Array(used.prefix(used.count - maxCount))
        }
        for values in surplus { values.release() }
    }
}
