internal import EventLoop

/// Makes the lifetime that the settings name the one of sessions that applications create by SQL, and allows the one of
/// those who are remembered.
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

/// Whether ``SetLifetimes`` would change something.
struct LifetimesDiffer: Statement {
    let lifetimes: Lifetimes

    typealias Row = AnyRow
    typealias Answer = Bool
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "SELECT 1 FROM \(schema.limitsTable) WHERE \(Lifetimes.differ)" }

    var parameters: [PostgreSQLParameter] { lifetimes.parameters }
}

/// How long sessions live that are made without saying so, and those of users who are remembered; nil: no longer than
/// others.
struct Lifetimes: Sendable {
    let usual: Duration
    let remembered: Duration?

    fileprivate var parameters: [PostgreSQLParameter] {
        [.number(usual.seconds), .optionalNumber(remembered?.seconds)]
    }

    fileprivate static let differ = """
        (default_lifetime <> make_interval(secs => $1::double precision) \
        OR maximum_lifetime < make_interval(secs => $2::double precision))
        """
}
