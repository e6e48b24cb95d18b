internal import Sessions

/// What does not change while a worker runs, for metrics.
struct GateFacts: Sendable {
    let version = Version.current
    /// The number of the program's last migration.
    let schema = Migrations.latest
    /// The number of workers that the settings ask for.
    let workers: Int
}
