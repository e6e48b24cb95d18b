import Logging
import TestSupport
import Testing
@testable import Sessions

/// Commands that end or change sessions.
extension SessionCommandTests {
    @Test func `revoke ends the sessions of one user, with any default isolation level`() throws {
        try psql("ALTER DATABASE \(database) SET default_transaction_isolation = 'serializable'")
        try signIn("42")
        try signIn("42")
        try signIn("43")
        #expect(try run(["session", "revoke", "--user", "42"]).output == "Ended 2 sessions of user 42.\n")
        #expect(try run(["session", "revoke", "--user", "42"]).output == "Ended 0 sessions of user 42.\n")
        #expect(try live() == "43:1")
        #expect(try run(["session", "refresh", "--user", "43", "--name", "X"]).status.isSuccess)
        #expect(try run(["session", "revoke", "--all", "--yes"]).output == "Ended 1 session of all users.\n")
        #expect(try live() == "")
    }

    @Test func `revoke ends one session by its id, once`() throws {
        try signIn("42")
        let id = try psql("SELECT session_id FROM session_tokens")
        try signIn("42")
        #expect(try run(["session", "revoke", "--id", id.uppercased()]).output == "Ended session \(id).\n")
        #expect(try live() == "42:1")
        let again = try run(["session", "revoke", "--id", id])
        #expect(again.status == .code(65) && again.output.isEmpty)
        #expect(again.errors == "authfcgi: there is no live session \(id)\n")
    }

    @Test func `revoke --all asks on a terminal, and needs --yes without one`() throws {
        try signIn("42")
        try signIn("43")
        try expectUsageError("session", "revoke", "--all")
        #expect(try live() == "42:1 43:1")

        let folder = try TestFolder()
        for (typed, status, message) in [
            ("n", ExitStatus.code(1), "no session was ended"), ("", .code(1), "no session was ended"),
            ("y", .code(0), "Ended 2 sessions of all users."),
        ] {
            #expect(try live() == "42:1 43:1")
            let terminal = try PseudoTerminal()
            try terminal.type(typed)
            let process = try ServerProcess(
                GateProcess.executable, ["session", "revoke", "--all"], environment: commandEnvironment,
                logFile: folder.path("log"), descriptors: [0: terminal.screen.number])
            #expect(try process.waitForExit() == status, "\(process.log)")
            #expect(process.log.hasPrefix("End all 2 live sessions of 2 users? [y/N] "), "\(process.log)")
            #expect(process.log.hasSuffix("\(message)\n"), "\(process.log)")
        }
        #expect(try live() == "")
    }

    // MARK: refresh

    @Test func `refresh changes the given parts of the identity in live sessions`() throws {
        try signIn("42", username: "bob")
        try signIn("42", username: "bob")
        try signIn("43", username: "eve")
        let all = "SELECT DISTINCT user_id, username, name, email, groups FROM session_tokens ORDER BY 1"
        let changed = try run([
            "session", "refresh", "--user", "bob", "--username", "bo", "--name", "Bo", "--email", "b@x", "--groups",
            "a,b",
        ])
        #expect(changed.output == "Changed 2 live sessions of user 42.\n" && changed.complaints.isEmpty, "\(changed)")
        #expect(try psql(all) == "42|bo|Bo|b@x|{a,b}\n43|eve|||{}")
        let emptied = try run(["session", "refresh", "--user", "bo", "--groups", "", "--name", "Bo"])
        #expect(emptied.output == "Changed 2 live sessions of user 42.\n", "\(emptied)")
        #expect(try psql(all) == "42|bo|Bo|b@x|{}\n43|eve|||{}")
        #expect(
            try run(["session", "refresh", "--user", "bo", "--name", "Bo"]).output
                == "Changed 0 live sessions of user 42.\n")
    }
}
