import Sessions
import TestSupport
import Testing

/// The databases of tests, copied from a migrated one.
@Suite struct NewDatabaseTests {
    @Test func `each new database has its own keys, and needs no migration`() throws {
        let databases = try (0..<2).map { _ in try SharedServers.newDatabase() }
        let keys = try databases.map { server, name in
            try server.psql(
                """
                SELECT key FROM session_keys WHERE created_at BETWEEN clock_timestamp() - interval '1 minute'
                   AND clock_timestamp()
                """, database: name)
        }
        #expect(keys.allSatisfy { $0.hasPrefix("\\x") && $0.utf8.count == 66 }, "\(keys)")
        #expect(keys[0] != keys[1])
        // All values that migrations generate at random.
        let secrets = try databases.map { server, name in
            let columns = try server.psql(
                """
                SELECT format('SELECT %I FROM %s', attname, attrelid::regclass) FROM pg_attribute
                 WHERE atttypid = 'bytea'::regtype AND NOT attisdropped AND attnum > 0
                   AND attrelid IN (SELECT oid FROM pg_class WHERE relkind = 'r'
                                       AND relnamespace = 'public'::regnamespace)
                """, database: name)
            return try columns.split(separator: "\n").map { try server.psql(String($0), database: name) }
        }
        let drawn = zip(secrets[0], secrets[1]).filter { !$0.0.isEmpty || !$0.1.isEmpty }
        #expect(drawn.count >= 2 && drawn.allSatisfy { $0.0 != $0.1 })
        let channels = try databases.map { server, name in
            try server.psql("SELECT channel FROM session_channel", database: name)
        }
        #expect(channels[0] != channels[1] && channels.allSatisfy { $0.hasPrefix("authfcgi_") && $0.utf8.count == 57 })
        for (server, name) in databases {
            let latest = try server.psql("SELECT max(number) FROM authfcgi_migrations", database: name)
            #expect(latest == "\(Migrations.latest)")
        }
    }
}
