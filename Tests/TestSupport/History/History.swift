/// The requests and responses of clients, in any order.
package struct History: Sendable {
    package private(set) var events: [HistoryEvent]

    package init(_ events: [HistoryEvent] = []) {
        self.events = events
    }

    package mutating func add(_ more: [HistoryEvent]) {
        events += more
    }

    package func count(_ operation: HistoryEvent.Operation, _ result: HistoryEvent.Result? = nil) -> Int {
        events.count { $0.operation == operation && (result == nil || $0.result == result) }
    }

    /// Describes the events of a session for a human reader: all that started or may have ended it, and the checks
    /// around a given one.
    package func story(around check: HistoryEvent, within time: Duration = .seconds(2), most: Int = 40) -> String {
        let concerned = events.filter { event in
            event.session == check.session || event.user == check.user && event.operation.endsUser
        }
        let acts = concerned.filter { $0.operation != .check }
        let checks = concerned.filter {
            $0.operation == .check && $0.start >= check.start - time && $0.start <= check.start + time
        }
        let nearest = checks.sorted { ($0.start - check.start).magnitude < ($1.start - check.start).magnitude }
        return (acts + nearest.prefix(most)).sorted { $0.start < $1.start }
            .map { "\($0 == check ? "→" : " ") \($0)" }.joined(separator: "\n")
    }
}

extension Duration {
    fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
}
