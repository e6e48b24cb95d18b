/// The steps: the numbered SQL files in the program.
extension Migrations {
    /// A numbered SQL file.
    struct Step: Sendable {
        let number: Int
        let name: String
        let sql: String

        /// Returns the statements for a schema, whose quoted name takes the place of each `@schema@`.
        func statements(in schema: String) -> String {
            sql.replacing("@schema@", with: Schema.identifier(schema))
        }
    }

    static let steps = [
        Step(number: 1, name: "tables", sql: text(PackageResources._001_tables_sql)),
        Step(number: 2, name: "revocation_triggers", sql: text(PackageResources._002_revocation_triggers_sql)),
        Step(number: 3, name: "session_functions", sql: text(PackageResources._003_session_functions_sql)),
        Step(number: 4, name: "session_upkeep", sql: text(PackageResources._004_session_upkeep_sql)),
        Step(number: 5, name: "login_throttle", sql: text(PackageResources._005_login_throttle_sql)),
        Step(number: 6, name: "users", sql: text(PackageResources._006_users_sql)),
        Step(number: 7, name: "notifications", sql: text(PackageResources._007_notifications_sql)),
        Step(number: 8, name: "redis_seals", sql: text(PackageResources._008_redis_seals_sql)),
        Step(number: 9, name: "audit", sql: text(PackageResources._009_audit_sql)),
        Step(number: 10, name: "password_resets", sql: text(PackageResources._010_password_resets_sql)),
    ]

    /// The numbers of this program's steps, in order.
    package static var numbers: [Int] { steps.map(\.number) }

    /// The number of this program's last step.
    package static var latest: Int { numbers.last ?? 0 }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Returns the first applied step that has another name than this program's step with the same number, or nil if there
    /// is none.
    static func objection(to applied: [Int: String]) -> (number: Int, there: String, here: String)? {
        for step in steps {
            if let name = applied[step.number], name != step.name { return (step.number, name, step.name) }
        }
        return nil
    }
}
