internal import EventLoop
internal import Sessions

/// Writes the figures of a worker to its slot of the scoreboard, four times a second: what the store has counted, and the gauges.
/// Checks count themselves.
@EventLoop
final class WorkerFigures {
    private let slot: OwnSlot
    private let store: SessionStore
    private let hasher: PasswordHasher
    private let server: Server
    private let droppedLogLines: @EventLoop () -> Int
    private var connections = 0
    private var pausesAtLimit = 0
    private var droppedLines = 0
    /// The number of writings until the descriptors are counted again.
    private var descriptorsIn = 0

    private static let interval = Duration.milliseconds(250)
    /// Reading /proc takes a while with thousands of connections.
    private static let descriptorInterval = 20

    /// - Parameter droppedLogLines: Returns the number of log lines dropped so far.
    init(
        slot: OwnSlot, store: SessionStore, hasher: PasswordHasher, server: Server,
        droppedLogLines: @escaping @EventLoop () -> Int
    ) {
        self.slot = slot
        self.store = store
        self.hasher = hasher
        self.server = server
        self.droppedLogLines = droppedLogLines
        slot.set(.connectionLimit, to: server.connections.limits.maxConnections)
        slot.set(.descriptorLimit, to: DescriptorLimit.raise())
    }

    /// Writes the figures four times a second from now on.
    func start() {
        write()
        Reactor.shared.schedule(after: Self.interval) { [self] in start() }
    }

    /// Writes the figures now.
    func write() {
        slot.count(store.takeCounts())
        writeServer()
        writeStore(store.condition)
        slot.set(.waitingLogins, to: hasher.load.waiting)
        slot.set(.runningHashes, to: hasher.load.running)
        let dropped = droppedLogLines()
        slot.count(.gate(.droppedLogLines), by: UInt64(max(0, dropped - droppedLines)))
        droppedLines = dropped
        descriptorsIn -= 1
        guard descriptorsIn < 0 else { return }
        descriptorsIn = Self.descriptorInterval
        slot.set(.descriptors, to: OpenDescriptors.count())
    }

    private func writeServer() {
        let table = server.connections
        slot.set(.connections, to: table.openCount)
        slot.set(.requests, to: table.requestCount)
        slot.count(.gate(.connections), by: UInt64(table.totalCount - connections))
        connections = table.totalCount
        slot.count(.gate(.pausesAtLimit), by: UInt64(server.pausesAtLimit - pausesAtLimit))
        pausesAtLimit = server.pausesAtLimit
    }

    private func writeStore(_ condition: StoreCondition) {
        slot.set(.cachedSessions, to: condition.cachedSessions)
        slot.set(.leases, to: condition.hasLease ? 1 : 0)
        slot.set(.connected, to: condition.isConnected ? 1 : 0)
        for (state, gauge) in [(StoreCondition.Redis.up, Gauge.redisUp), (.partly, .redisPartly), (.down, .redisDown)] {
            slot.set(gauge, to: condition.redis.map { $0 == state ? 1 : 0 })
        }
        slot.set(.revocationLag, to: condition.lastHeartbeat.map { Int($0.nanoseconds) })
        slot.set(.notificationQueue, to: condition.notificationQueuePercent)
    }
}
