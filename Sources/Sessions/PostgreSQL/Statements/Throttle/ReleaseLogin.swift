/// Releases the reservation of an attempt that was no failure. ``CreateSession`` settles successful logins.
struct ReleaseLogin: Statement {
    let reservation: LoginReservation

    typealias Row = AnyRow
    typealias Answer = Void
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "SELECT \(schema)settle_login($1::text[], false)" }

    var parameters: [PostgreSQLParameter] { [.text(reservation.text)] }
}
