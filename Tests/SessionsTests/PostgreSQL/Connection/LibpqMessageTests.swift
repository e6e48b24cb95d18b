import Testing

@testable import Sessions

/// The reading of libpq's messages about connections that could not be opened.
@Suite struct LibpqMessageTests {
    @Test func `the SQLSTATE and the place in the server's source are left out`() {
        let text = """
            connection to server on socket "/run/.s.PGSQL.5432" failed: FATAL:  53300: sorry, too many clients already
            LOCATION:  InitProcess, proc.c:354

            """
        #expect(
            LibpqMessage.reason(ofConnecting: text)
                == #"connection to server on socket "/run/.s.PGSQL.5432" failed: FATAL:  sorry, too many clients already"#
        )
    }

    @Test func `the messages about several servers become one line`() {
        let text = """
            connection to server at "a" failed: Connection refused
            \tIs the server running on that host?
            connection to server at "b" failed: FATAL:  28P01: password authentication failed for user "gate"
            LOCATION:  auth_failed, auth.c:326
            """
        #expect(
            LibpqMessage.reason(ofConnecting: text)
                == #"connection to server at "a" failed: Connection refused; Is the server running on that host?; connection to server at "b" failed: FATAL:  password authentication failed for user "gate" (SQLSTATE 28P01)"#
        )
    }

    @Test func `a database that the role may not connect to is followed by the right that is missing`() {
        let text = """
            connection failed: FATAL:  42501: permission denied for database "app"
            DETAIL:  User does not have CONNECT privilege.
            LOCATION:  CheckMyDatabase, postinit.c:396
            """
        #expect(
            LibpqMessage.reason(ofConnecting: text)
                == #"connection failed: FATAL:  permission denied for database "app"; missing: GRANT CONNECT ON DATABASE "app" TO ROLE; DETAIL:  User does not have CONNECT privilege."#
        )
    }

    @Test(arguments: ["a:  12345", "a:  1234: b", "a:  12c45: b", "a: 12345: b"])
    func `a text that only looks like an SQLSTATE stays`(text: String) {
        #expect(LibpqMessage.reason(ofConnecting: text) == text)
    }

    @Test func `a password that a server repeats is left out`() {
        #expect(LibpqMessage.without("hunter2", "no hunter2, hunter22 here") == "no …, …2 here")
        // Else nothing could be read any more.
        #expect(LibpqMessage.without("a", "a b a") == "a b a")
        #expect(LibpqMessage.without("", "a b a") == "a b a")
    }
}
