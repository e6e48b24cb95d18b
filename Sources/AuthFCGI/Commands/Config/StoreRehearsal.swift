internal import EventLoop
internal import Logging
internal import Sessions
internal import Synchronization

/// The start of the stores, as of a worker.
enum StoreRehearsal {
    /// The result for both stores.
    struct Outcome: Sendable {
        /// The result for PostgreSQL; nil if it was not tried.
        var postgreSQL: Finding?
        /// The reason why Redis cannot be used; nil if it can, or if there is none.
        var redis: String?
        /// What is true of Redis; nil if it was not asked, or did not answer.
        var redisFindings: RedisFindings?
    }

    /// The result for PostgreSQL.
    enum Finding: Sendable {
        /// A look-up was answered.
        case usable
        /// An operator must change something first: 'serve' would end.
        case unusable(String)
        /// There was no answer in time: 'serve' would answer 503 until there is one.
        case unavailable(String)
    }

    /// The maximum time of each store. One that is well answers within a fraction of it.
    private static let limit = Duration.seconds(5)

    /// Starts the stores, and looks a session up. Runs the event loop, so once in a process.
    /// - Parameters:
    ///   - triesPostgreSQL: False if there are no tables yet.
    ///   - examinesRedis: True to ask Redis for more than a start needs.
    static func run(
        _ settings: Settings, triesPostgreSQL: Bool, examinesRedis: Bool = false, _ log: Logger
    ) -> Outcome {
        let result = Result()
        EventLoop.run {
            EventLoop.spawn {
                var outcome = Outcome()
                do throws(RedisTLS.Problem) {
                    let redis = try RedisConfiguration(settings)
                    outcome.redis = await redis?.trial(within: limit, log: log)
                    if examinesRedis { outcome.redisFindings = await redis?.examine() }
                    if triesPostgreSQL {
                        let configuration = try SessionStore.Configuration(
                            settings, applicationName: ApplicationName.command(on: HostName.current)
                        ).rehearsal
                        outcome.postgreSQL = await tryPostgreSQL(configuration, log)
                    }
                } catch {
                    // The files could be read a moment ago, when the settings were checked.
                    outcome.redis = "\(error)"
                }
                result.set(outcome)
                EventLoop.stop()
            }
        }
        return result.value
    }

    @EventLoop
    private static func tryPostgreSQL(_ configuration: SessionStore.Configuration, _ log: Logger) async -> Finding {
        let store = SessionStore(configuration, log: log)
        defer { store.close() }
        return await withCheckedContinuation { continuation in
            var isOver = false
            let finish: @EventLoop (Finding) -> Void = { finding in
                guard !isOver else { return }
                isOver = true
                continuation.resume(returning: finding)
            }
            store.onUnusable = { finish(.unusable($0)) }
            StoreTrial(store, limit: limit).start(
                succeed: { finish(.usable) }, fail: { finish(.unavailable($0)) })
            store.start()
        }
    }

    /// The outcome, set in the event loop and read after its end.
    private final class Result: Sendable {
        private let outcome = Mutex(Outcome())

        var value: Outcome { outcome.withLock { $0 } }

        func set(_ value: Outcome) { outcome.withLock { $0 = value } }
    }
}
