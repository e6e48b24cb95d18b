import Testing

@testable import AuthFCGI

struct DatabaseURLTests {
    @Test(arguments: [
        "postgresql", "postgres", "postgresql+psycopg2", "postgresql+asyncpg", "postgres+psycopg", "POSTGRESQL",
    ])
    func `Every spelling of the scheme becomes libpq's`(scheme: String) {
        #expect(
            DatabaseURL.normalised("\(scheme)://u:p%20+w@h:5432/d?application_name=b")
                == "postgresql://u:p%20+w@h:5432/d?application_name=b")
    }

    @Test(arguments: ["host=/run/postgresql dbname=app", " dbname = 'a://b'", "service=main", "password=a://b host=h"])
    func `Key=value pairs stay unchanged`(text: String) {
        #expect(DatabaseURL.normalised(text) == text)
    }

    @Test(arguments: ["mysql://h/d", "h/d", "://h", "postgresql+://h", "postgresql+a+b://h", "postgresql:/h", "=a", ""])
    func `Anything else is refused`(text: String) {
        #expect(DatabaseURL.normalised(text) == nil)
    }

    @Test(arguments: [
        ("postgresql://u:hunter2@h/d?target_session_attrs=foo", "target_session_attrs"),
        ("postgresql://u:hunter2@a:1,b:2/d?sslmode=hunter2", "sslmode"),
        ("host=h channel_binding=maybe", "channel_binding"),
        ("service=there-is-none", "service"),
    ])
    func `A value that libpq refuses is reported by the name of its parameter`(text: String, parameter: String) throws {
        let problem = try #require(DatabaseURL.problem(text))
        #expect(problem.hasPrefix("has a value of \(parameter) that libpq does not accept; "))
        #expect(!problem.contains("hunter2"))
    }

    @Test(arguments: [
        "postgresql://u:p@h/d", "postgresql://u@a:1,b:2,c:3/d?target_session_attrs=read-write&sslmode=verify-full",
        "host=/run/postgresql dbname=app", "postgresql://h/d?sslrootcert=/nowhere&sslmode=verify-ca&connect_timeout=5",
        "hostaddr=192.0.2.1 dbname=app", "postgresql://", "host=a,b hostaddr=192.0.2.1,192.0.2.2 port=1,2",
    ])
    func `A value that only a server can refuse is accepted`(text: String) {
        #expect(DatabaseURL.problem(text) == nil)
    }
}
