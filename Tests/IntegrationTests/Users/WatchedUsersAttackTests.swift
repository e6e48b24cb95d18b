import TestSupport
import Testing

@testable import Sessions

/// What the owner of a watched table, who has no rights on sessions, can make run by `authfcgi_watch_users`.
@Suite struct WatchedUsersAttackTests {
    private let database: FunctionDatabase
    private let owner: String
    private let web: String

    /// The table `app.people` of another owner, and `app.note`, which records the role that runs it.
    init() throws {
        database = try FunctionDatabase()
        owner = "\(database.name)_owner"
        web = "\(database.name)_web"
        try database.sql(
            """
            CREATE ROLE \(owner) LOGIN; CREATE ROLE \(web) LOGIN;
            CREATE SCHEMA app AUTHORIZATION \(owner); GRANT USAGE ON SCHEMA app TO \(web);
            SET ROLE \(owner);
            CREATE TABLE app.seen (role name, what text); GRANT ALL ON app.seen TO PUBLIC;
            CREATE FUNCTION app.note(what text) RETURNS boolean LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO app.seen VALUES (current_user, what); RETURN true; END $$;
            CREATE TABLE app.people (id text PRIMARY KEY, hash text NOT NULL, active boolean NOT NULL DEFAULT true);
            INSERT INTO app.people VALUES ('ann', 'x'), ('bob', 'x');
            GRANT SELECT, UPDATE, DELETE, TRUNCATE ON app.people TO \(web)
            """)
    }

    private func watch(_ disabled: String = "NOT active") throws {
        try database.sql("SELECT authfcgi_watch_users('app.people', 'id', 'hash', \(GateProcess.quoted(disabled)))")
        for user in ["ann", "bob"] { try database.create(user, of: user) }
    }

    /// Runs SQL as a role that may connect, as an application does.
    private func sql(as role: String, _ text: String) throws {
        try database.server.psql(text, database: database.name, user: role)
    }

    /// The roles that have run code of the table's owner.
    private func roles() throws -> Set<String> {
        Set(try database.sql("SELECT DISTINCT role FROM app.seen").split(separator: "\n").map(String.init))
    }

    @Test func `a policy that calls a function of the owner does not run as the gate at TRUNCATE`() throws {
        try database.sql(
            """
            SET ROLE \(owner);
            ALTER TABLE app.people ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON app.people USING (app.note('policy'))
            """)
        try watch()
        #expect(try roles() == [])
        // The policy holds for others. They would keep the sessions of users whom it hides from them.
        #expect(throws: (any Error).self) { try sql(as: web, "TRUNCATE app.people") }
        #expect(try database.live() == ["ann", "bob"])
        try sql(as: owner, "ALTER TABLE app.people FORCE ROW LEVEL SECURITY")
        #expect(throws: (any Error).self) { try sql(as: owner, "TRUNCATE app.people") }
        try sql(as: owner, "ALTER TABLE app.people NO FORCE ROW LEVEL SECURITY; TRUNCATE app.people")
        #expect(try database.live() == [])
        #expect(try roles() == [])
    }

    @Test func `a type of the owner with a cast to text runs it as the role that changes the table`() throws {
        try database.sql(
            """
            SET ROLE \(owner);
            CREATE TYPE app.key AS (value text);
            CREATE FUNCTION app.key_text(key app.key) RETURNS text LANGUAGE plpgsql AS
                $$ BEGIN PERFORM app.note('cast'); RETURN key.value; END $$;
            CREATE CAST (app.key AS text) WITH FUNCTION app.key_text(app.key);
            ALTER TABLE app.people DROP CONSTRAINT people_pkey;
            ALTER TABLE app.people ALTER COLUMN id TYPE app.key USING row(id)::app.key
            """)
        try watch()
        #expect(try roles() == [])
        try sql(as: web, "DELETE FROM app.people WHERE (id).value = 'ann'")
        #expect(try database.live() == ["bob"])
        try sql(as: owner, "UPDATE app.people SET hash = 'y'")
        #expect(try database.live() == [])
        #expect(try roles() == [owner, web])
    }

    @Test(arguments: ["app.note('disabled')", "NOT active AND app.note('disabled')"])
    func `the expression for disabled users runs as the role that changes the table`(disabled: String) throws {
        try watch(disabled)
        #expect(try roles() == [])
        try sql(as: web, "UPDATE app.people SET active = false WHERE id = 'ann'")
        #expect(try roles() == [web])
    }

    @Test func `names in the expression for disabled users are looked up in pg_catalog alone`() throws {
        #expect(throws: (any Error).self) { try watch("EXISTS (SELECT FROM authfcgi_users)") }
        try watch("NOT active OR lower(hash) = 'locked'")
        try sql(as: web, "UPDATE app.people SET hash = 'x' WHERE id = 'ann'")
        #expect(try database.live() == ["ann", "bob"])
    }

    @Test func `a role that may execute the functions of the triggers gets no rights of the gate by them`() throws {
        // As for an owner who is to install the triggers.
        try database.sql("GRANT authfcgi_mint TO \(owner)")
        try sql(as: owner, "SELECT authfcgi_watch_users('app.people', 'id', 'hash', 'app.note(''disabled'')')")
        for user in ["ann", "bob"] { try database.create(user, of: user) }
        try sql(
            as: owner,
            """
            CREATE TABLE app.bait (id text, hash text); INSERT INTO app.bait VALUES ('x', 'x');
            CREATE TRIGGER bait AFTER UPDATE ON app.bait REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                FOR EACH STATEMENT EXECUTE FUNCTION
                authfcgi_watched_users_find('id', 'hash', 'app.note(current_user::text)');
            UPDATE app.bait SET hash = 'y'; UPDATE app.people SET active = false
            """)
        #expect(try roles() == [owner])
        // Nor does it read what only the gate may read.
        #expect(throws: (any Error).self) {
            try sql(
                as: owner,
                """
                DROP TRIGGER bait ON app.bait;
                CREATE TRIGGER bait AFTER UPDATE ON app.bait REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                    FOR EACH STATEMENT EXECUTE FUNCTION
                    authfcgi_watched_users_find('id', 'hash', 'EXISTS (SELECT FROM public.session_keys)');
                UPDATE app.bait SET hash = 'z'
                """)
        }
    }

    @Test func `installing the triggers runs nothing of the table`() throws {
        try database.sql(
            """
            SET ROLE \(owner);
            CREATE FUNCTION app.plan() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
                $$ BEGIN RAISE EXCEPTION 'run as %', current_user; END $$;
            ALTER TABLE app.people ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON app.people USING (app.plan());
            ALTER TABLE app.people FORCE ROW LEVEL SECURITY
            """)
        // PostgreSQL evaluates immutable functions when it plans a query, even of one that returns no rows.
        #expect(throws: (any Error).self) { try sql(as: web, "SELECT FROM app.people LIMIT 0") }
        let installer = "\(database.name)_installer"
        try database.sql(
            """
            CREATE ROLE \(installer); GRANT \(owner), authfcgi_mint TO \(installer); GRANT TRIGGER ON app.people TO \(installer)
            """)
        try database.sql("SET ROLE \(installer); SELECT authfcgi_watch_users('app.people', 'id', 'hash', 'NOT active')")
        #expect(try database.sql("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'authfcgi_watch_%'") == "6")
    }

    @Test func `a role that changes the table cannot choose whose sessions end`() throws {
        try watch()
        let victim = "SET authfcgi.changed_users = '{bob}';"
        try sql(as: web, "\(victim) UPDATE app.people SET active = true; DELETE FROM app.people WHERE false")
        try sql(
            as: web,
            """
            BEGIN; \(victim) SET LOCAL authfcgi.rehashing = 'on'; UPDATE app.people SET hash = 'z' WHERE id = 'ann'; COMMIT;
            WITH changed AS (UPDATE app.people SET active = true RETURNING id)
            SELECT set_config('authfcgi.changed_users', '{bob}', false) FROM changed
            """)
        #expect(try database.live() == ["ann", "bob"])
        try sql(as: web, "\(victim) UPDATE app.people SET active = false WHERE id = 'ann'")
        #expect(try database.live() == ["bob"])
    }
}
