import Testing

@testable import Sessions

/// What libpq's messages say about servers that could not be connected to.
@Suite struct ConnectionFailuresTests {
    private enum Verdict: Equatable {
        case answer, silence, ownFailure, other
    }

    /// Returns the verdict on messages, each of which came after at least one byte of the server if `hasHeard` says so.
    private func verdict(_ failures: (text: String, hasHeard: Bool)...) -> Verdict {
        var all = ConnectionFailures()
        var message = ""
        for failure in failures {
            message += failure.text
            _ = all.read(message, hasHeard: failure.hasHeard)
        }
        let error = all.error(message)
        if case .refused = error { return .answer }
        if case .connection = error { return .silence }
        if case .unsent = error { return .ownFailure }
        return .other
    }

    private static let host = #"connection to server at "a" (10.0.0.1), port 5432 failed: "#
    private static let hint = "\tIs the server running on that host and accepting TCP/IP connections?\n"

    @Test(arguments: [
        "FATAL:  53300: sorry, too many clients already\nLOCATION:  InitProcess, proc.c:354\n",
        "FATAL:  28000: no pg_hba.conf entry for host\n", "FATAL:  57P01: terminating connection\n",
        "FATAL:  3D000: database \"app\" does not exist\n", "FATAL:  08P01: no such user: gate\n",
        "FATAL:  08P01: no more connections allowed (max_client_conn)\n", "FATAL:  08P01: query_wait_timeout\n",
        "FATAL:  08P01: server login has been failing, cached error: password authentication failed\n",
    ])
    func `a server that refuses has answered`(text: String) {
        #expect(verdict((Self.host + text, true)) == .answer)
    }

    @Test(arguments: [
        "fe_sendauth: no password supplied\n", "SSL error: certificate verify failed\n",
        "server does not support SSL, but SSL was required\n", "GSSAPI continuation error: No credentials\n",
        "root certificate file \"/ca.pem\" does not exist\nEither provide the file or change sslmode.\n",
        "could not fork new process for connection: Cannot allocate memory\n", "session is read-only\n",
        "server closed the connection unexpectedly\n\tThis probably means\n", "\n",
    ])
    func `whatever a server sends is an answer, even if this process cannot accept it`(text: String) {
        #expect(verdict((Self.host + text, true)) == .answer)
    }

    @Test(arguments: [
        "FATAL:  57P03: the database system is starting up\nLOCATION:  a, b.c:1\n",
        "FATAL:  57P03: the database system is not accepting connections\nDETAIL:  Hot standby mode is disabled.\n",
        "FATAL:  57P02: terminating connection because of crash of another server process\n",
        "FATAL:  08P01: server login has been failing, try again later (server_login_retry)\n",
        "FATAL:  08P01: server login has been failing, cached error: connect failed (server_login_retry)\n",
        "FATAL:  08P01: pgbouncer cannot connect to server\n", "server is in hot standby mode\n",
    ])
    func `a server that starts, stops or is a standby does not answer`(text: String) {
        #expect(verdict((Self.host + text, true)) == .silence)
    }

    private static let silences = [
        "Connection refused\n\(hint)", "No route to host\n\(hint)", "Network is unreachable\n\(hint)",
        "Connection timed out\n\(hint)", "No such file or directory\n\tIs the server running locally?\n",
        "server closed the connection unexpectedly\n\tThis probably means\n\tbefore or while\n",
        "could not receive data from server: Connection reset by peer\n", "SSL SYSCALL error: EOF detected\n",
        "could not send startup packet: Broken pipe\n", "timeout expired\n",
    ]

    @Test(arguments: silences)
    func `a server that refuses, hangs up without a byte or cannot be reached does not answer`(text: String) {
        #expect(verdict((Self.host + text, false)) == .silence)
    }

    private static let ownFailures = [
        "could not translate host name \"pg\" to address: Name or service not known\n",
        "could not create socket: Too many open files\n", "\(host)Permission denied\n\(hint)",
        "\(host)Operation not permitted\n\(hint)", "\(host)could not set socket to nonblocking mode: Odd\n",
        "definition of service \"gate\" not found\n", "out of memory\n", "",
        "\(host)Cannot assign requested address\n\(hint)",
    ]

    @Test(arguments: ownFailures)
    func `a failure of this process's own says nothing`(text: String) {
        #expect(verdict((text, false)) == .ownFailure)
    }

    @Test func `of several servers one answer is enough, and one that was not asked may answer`() {
        let refused = Self.host + "Connection refused\n" + Self.hint
        let standby = Self.host + "server is in hot standby mode\n"
        let unknown = "could not translate host name \"b\" to address: Name or service not known\n"
        let wrongPassword = Self.host + "FATAL:  28P01: password authentication failed\nLOCATION:  a, b.c:1\n"
        let noPassword = Self.host + "fe_sendauth: no password supplied\n"
        #expect(verdict((refused, false), (standby, true)) == .silence)
        #expect(verdict((standby, true), (refused, false), (wrongPassword, true)) == .answer)
        #expect(verdict((standby, true), (noPassword, true)) == .answer)
        #expect(verdict((unknown, false), (noPassword, true)) == .answer)
        #expect(verdict((unknown, false), (refused, false)) == .ownFailure)
        #expect(verdict((unknown + refused, false)) == .ownFailure)
        #expect(verdict((refused + refused, false)) == .silence)
    }

    @Test func `the beginning of a line, which libpq writes when it turns to a server, is no failure`() {
        var failures = ConnectionFailures()
        let steps: [(text: String, hasHeard: Bool)] = [
            (Self.host, false), ("Connection refused\n\(Self.hint)\(Self.host)", false),
            ("server is in hot standby mode\n\(Self.host)", true), ("", true), ("server closed", false),
        ]
        var message = ""
        var reads: [Bool] = []
        for step in steps {
            message += step.text
            reads.append(failures.read(message, hasHeard: step.hasHeard))
        }
        #expect(reads == [false, true, true, false, false])
        guard case .connection = failures.error(message) else {
            Issue.record("\(failures.error(message))")
            return
        }
        // A connection that opens clears the message.
        let cleared = failures.read("", hasHeard: true)
        let again = failures.read("\(Self.host)fe_sendauth: no password supplied\n", hasHeard: true)
        #expect(!cleared && again && failures.haveAnswer)
    }

    @Test func `a machine without IPv6 still learns that a server is down`() {
        let noRoute = Self.host + "Cannot assign requested address\n" + Self.hint
        let noFamily = "could not create socket: Address family not supported by protocol\n"
        let refused = Self.host + "Connection refused\n" + Self.hint
        #expect(verdict((noRoute + refused, false)) == .silence)
        #expect(verdict((noFamily, false), (refused, false)) == .silence)
    }
}
