internal import EventLoop

/// Sets the default lifetime of sessions that applications create by SQL, and raises the maximum where the lifetime of
/// remembered users' sessions needs it.
struct SetLifetimes: Statement {
    let lifetimes: Lifetimes

    typealias Row = AnyRow
    typealias Answer = Void
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        UPDATE \(schema.limitsTable) SET default_lifetime = make_interval(secs => $1::double precision), \
        maximum_lifetime = greatest(maximum_lifetime, make_interval(secs => $1::double precision), \
        make_interval(secs => $2::double precision)) WHERE \(Lifetimes.differ)
        """
    }

    var parameters: [PostgreSQLParameter] { lifetimes.parameters }
}

/// Returns whether ``SetLifetimes`` would change something.
struct LifetimesDiffer: Statement {
    let lifetimes: Lifetimes

    typealias Row = AnyRow
    typealias Answer = Bool
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "SELECT 1 FROM \(schema.limitsTable) WHERE \(Lifetimes.differ)" }

    var parameters: [PostgreSQLParameter] { lifetimes.parameters }
}

/// The configured lifetimes of sessions.
struct Lifetimes: Sendable {
    /// The default lifetime.
    let usual: Duration
    /// The lifetime of remembered users' sessions; nil if it is the default one.
    let remembered: Duration?

    var parameters: [PostgreSQLParameter] {
        [.number(usual.seconds), .optionalNumber(remembered?.seconds)]
    }

    static let differ = """
        (default_lifetime <> make_interval(secs => $1::double precision) \
        OR maximum_lifetime < make_interval(secs => $2::double precision))
        """
}
