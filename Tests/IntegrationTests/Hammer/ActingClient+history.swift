import TestSupport

@testable import Sessions

// Requests, and their records.
extension ActingClient {
    /// Asks PostgreSQL; nothing is recorded, and nil returned, when it could not even be connected to.
    mutating func ask(
        _ operation: HistoryEvent.Operation, session: Int?, _ user: HammerRoster.User,
        _ body: (SQLClient) throws(PostgreSQLError) -> Void
    ) -> HistoryEvent.Result? {
        do throws(PostgreSQLError) {
            try database.connect()
        } catch {
            sleepThread(for: .milliseconds(20))
            return nil
        }
        let start = hammer.elapsed
        let result: HistoryEvent.Result
        do throws(PostgreSQLError) {
            try body(database)
            result = .accepted
        } catch {
            // A deadlock is broken by failing one of the two, which is how it should be.
            let isDeadlock = if case .server(let state, _) = error { state.code == "40P01" } else { false }
            if !error.endsConnection, !isDeadlock { hammer.note(oddity: "\(operation) by SQL: \(error.reason)") }
            result = .failed
        }
        add(HistoryEvent(operation, result, session: session, user: user.number, from: start, to: hammer.elapsed))
        return result
    }

    /// Asks a pod: its gate itself, or nginx by the client.
    mutating func ask(
        _ operation: HistoryEvent.Operation, session: Int, _ user: HammerRoster.User, on pod: Int, throughNginx: Bool,
        _ body: (GateProcess, HTTPClient?) throws -> Int?
    ) -> HistoryEvent.Result {
        let (gate, entry) = (hammer.site.pods[pod].gate, hammer.site.pods[pod].entry)
        let client = throughNginx ? HTTPClient(entry, timeout: Self.patience) : nil
        let start = hammer.elapsed
        let result: HistoryEvent.Result
        do {
            result = hammer.judge(try body(gate, client), "\(operation)")
        } catch {
            result = .failed
        }
        add(
            HistoryEvent(
                operation, result, session: session, user: user.number, from: start, to: hammer.elapsed, pod: pod))
        return result
    }

    mutating func add(_ event: HistoryEvent) {
        events.append(event)
        hammer.count(event)
    }
}
