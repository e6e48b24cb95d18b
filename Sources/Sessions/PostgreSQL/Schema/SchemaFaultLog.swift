internal import EventLoop
package import Logging
internal import Synchronization

/// The log of a ``SchemaFault``: an error or a warning for each, when it is found first, when another one is, and from time to time while
/// it lasts. Used by helper threads and by the event loop.
package final class SchemaFaultLog: Sendable {
    private let condition: Mutex<LogCondition>
    /// True if a newer program has updated the tables: it knows what there has to be.
    private let areNewer = Mutex(false)
    private let log: Logger

    /// - Parameters:
    ///   - interval: The time between two looks, after which a fault is logged again.
    ///   - log: The logger.
    package init(interval: Duration, log: Logger) {
        condition = Mutex(LogCondition("schema_faults", reminder: interval / 2))
        self.log = log
    }

    /// Returns the faults that a gate reports: without the role of applications there are none of those.
    static func relevant(_ faults: [SchemaFault]) -> [SchemaFault] {
        let hasRole = !faults.contains { $0.kind == .applicationsRole }
        return faults.filter { $0.kind != .applicationsRole && ($0.kind != .applications || hasRole) }
    }

    /// Handles the result of a look.
    func update(_ faults: [SchemaFault]) {
        let areNewer = areNewer.withLock { $0 }
        let faults = faults.filter { $0.isOpen || !areNewer }
        guard !faults.isEmpty else {
            if let fields = condition.withLock({ $0.end() }) {
                log.notice("the tables' rights, owners and triggers are right again", metadata: fields)
            }
            return
        }
        let text = faults.map(\.text).joined(separator: "\n")
        guard let fields = condition.withLock({ $0.begin(text) }) else { return }
        for fault in faults {
            log.log(level: fault.isWarning ? .warning : .error, "\(fault.text)", metadata: fields)
        }
    }

    /// Handles tables that a newer program has updated: logs a warning, once. From then on only what is open to everybody
    /// counts.
    func noteNewerTables(_ text: String) {
        let isFirst = areNewer.withLock { areNewer in
            defer { areNewer = true }
            return !areNewer
        }
        if isFirst { log.warning("\(text)") }
    }
}
