import Sessions
import TestSupport
import Testing

/// The gate's other work waits while one of its functions waits for a lock: such waits are short on any connection, also on
/// one of a pooler's, which has no `lock_timeout`.
@Suite struct LockLimitTests {
    @Test func `functions of the gate wait for a row for a short time, and those of applications as long as they like`()
        throws
    {
        let database = try FunctionDatabase()
        try database.knowUser("ann")
        try database.create("a")
        let (holder, gate) = (try database.session(), try database.session())
        let id = try database.sql("SELECT session_id FROM session_tokens")
        try holder.sql("BEGIN")
        try holder.sql("SELECT revoke_user_sessions('ann')")
        for call in [
            "SELECT end_session_of_token(\(FunctionDatabase.hash("a")), NULL)",
            "SELECT end_session('\(id)', 'ann', NULL)",
            "SELECT end_sessions_of_user('ann', NULL, NULL)",
            FunctionDatabase.create("b", epoch: 0, "session_limit => 9"),
        ] {
            let start = ContinuousClock.now
            let error = #expect(throws: PostgreSQLError.self) { try gate.sql(call) }
            #expect(error?.reason.contains("55P03") == true, "\(call): \(String(describing: error))")
            #expect(ContinuousClock.now - start < .seconds(2), "\(call)")
        }
        #expect(try gate.sql("SHOW lock_timeout") == "0")
        try gate.startAndBlock(FunctionDatabase.create("b", "session_limit => 9"))
        try holder.sql("ROLLBACK")
        #expect(try gate.finish() == "1")
    }
}
