import TestSupport
import Testing

@testable import Sessions

/// Rights that the database's owner has granted, and those that it grants to new objects by default.
extension SchemaFaultTests {
    @Test func `what the owner of the database has granted to others is left as it is`() throws {
        let role = "\(database.name)_reader"
        try database.sql(
            "CREATE ROLE \(role); GRANT SELECT ON live_sessions TO \(role); GRANT SELECT ON session_limits TO \(role)"
        )
        #expect(try faults() == [])
        try putRight()
        #expect(try database.sql("SELECT has_table_privilege('\(role)', 'session_limits', 'SELECT')") == "t")
    }

    @Test func `rights that the database gives to everybody by default are taken back when the tables are made`() throws
    {
        let (server, name) = try SharedServers.emptyDatabase()
        try server.psql(
            """
            ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO PUBLIC;
            ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC
            """, database: name)
        let connection = try PostgreSQLConnection(server.url(database: name), log: log.logger)
        try migrations.run(on: connection, log: log.logger)
        #expect(try SchemaFaultLog.relevant(migrations.faults(on: connection, "public")) == [])
    }

    @Test func `rights that the database gives to a role by default are taken back from the gate's objects`() throws {
        let (server, name) = try SharedServers.emptyDatabase()
        let role = "\(name)_shop"
        try server.psql(
            """
            CREATE ROLE \(role); ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO \(role);
            ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO \(role);
            ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO \(role); CREATE TABLE goods (name text)
            """, database: name)
        let connection = try PostgreSQLConnection(server.url(database: name), log: log.logger)
        try migrations.run(on: connection, log: log.logger)
        let granted = try server.psql(
            """
            SELECT relname FROM pg_class, aclexplode(relacl) WHERE grantee = '\(role)'::regrole
            UNION SELECT proname FROM pg_proc, aclexplode(proacl) WHERE grantee = '\(role)'::regrole
            """, database: name)
        #expect(granted == "goods")
    }
}
