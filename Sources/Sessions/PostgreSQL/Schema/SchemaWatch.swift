internal import EventLoop
internal import Logging

/// Looks from time to time whether the tables, their rights, owners, triggers and single rows are as the migrations have left
/// them.
@EventLoop
final class SchemaWatch {
    private let lane: CommandLane
    private let interval: Duration
    private let report: SchemaFaultLog
    private let log: Logger
    private var timer: LoopTimer?
    private var isStopped = false

    /// - Parameters:
    ///   - lane: The lane for the statement.
    ///   - interval: The time between two looks.
    ///   - report: The log for faults.
    ///   - log: The log for failures.
    init(_ lane: CommandLane, every interval: Duration, _ report: SchemaFaultLog, log: Logger) {
        self.lane = lane
        self.interval = interval
        self.report = report
        self.log = log
    }

    /// Begins. The look at the start is made on the first connection, before it is used.
    func start() {
        guard !isStopped else { return }
        timer = Reactor.shared.schedule(after: interval) { [weak self] in
            EventLoop.spawn {
                await self?.look()
                self?.start()
            }
        }
    }

    func stop() {
        isStopped = true
        timer?.cancel()
    }

    private func look() async {
        do throws(PostgreSQLError) {
            var faults = try await lane.run(FindSchemaFaults())
            faults += try await lane.run(FindTableFaults())
            let tables = try await lane.run(FindSingleRowTables())
            if !tables.isEmpty { faults += try await lane.run(FindEmptyTables(tables: tables)) }
            report.update(SchemaFaultLog.relevant(faults))
        } catch {
            log.debug("looking at the tables' rights failed: \(error.reason)")
        }
    }
}
