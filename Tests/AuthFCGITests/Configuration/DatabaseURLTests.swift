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
        "postgresql://u:S3cret/x@127.0.0.1/db", "postgresql://u:abc@S3cret@127.0.0.1/db",
        "postgresql://u:a@S3cret/x@h/db", "postgresql://S3cret/x@h/db", "postgresql://u:123/S3cret@h",
        "postgresql://u@h/db?S3cret@x", "postgresql://u@h/db?cret=S3@x", "postgresql://u:S3cret/db",
        "postgresql://u:S3cret",
    ])
    func `A URL whose password libpq would take for something else is refused`(text: String) throws {
        let problem = try #require(DatabaseURL.problem(text))
        #expect(problem.contains("percent-encode"), "\(problem)")
        #expect(!problem.contains("S3") && !problem.contains("cret"), "\(problem)")
    }

    @Test(arguments: [
        "host=h port=S3cret dbname=d", "postgresql://u:S3cret@h:70000/d", "postgresql://u:S3cret@[::1]:x/d",
        "host=postgresql://u:S3cret@h/db", "host=u:S3cret@h dbname=d", "dbname=postgresql://u:S3cret@h/d",
        "password=S3 cret=x host=h", "password=S3 cret host=h", "password='S3cret", "postgresql://u:%zzS3cret@h/d",
        "postgresql://u:S3cret@[h/d",
    ])
    func `No problem shows a part of the password`(text: String) throws {
        let problem = try #require(DatabaseURL.problem(text))
        #expect(!problem.contains("S3") && !problem.contains("cret"), "\(problem)")
    }

    @Test(arguments: [
        (
            "postgresql://u:hunter2@h/d?sslmod=require",
            "the parameter sslmod, which libpq does not know; did you mean sslmode?"
        ),
        ("postgresql://u:hunter2@h/d?pool_size=5", "has a parameter that libpq does not know; remove it"),
        (
            "host=h sslmod=require password=hunter2",
            "the parameter sslmod, which libpq does not know; did you mean sslmode?"
        ),
    ])
    func `An unknown parameter is named`(text: String, words: String) throws {
        let problem = try #require(DatabaseURL.problem(text))
        #expect(problem.contains(words) && !problem.contains("hunter2"), "\(problem)")
    }

    @Test(arguments: [
        "postgresql://u:p%40%2F%3F%23@h/d", "postgresql://u:a?b#c@h/d", "postgresql:///d?host=h&user=me@server",
        "postgresql://me%40server:p@h:5432,i/d", "host=@abstract dbname=d", "postgresql://u@[::1]:5432/d",
        "host=a,b port=1,2 password=p@/?#", "postgresql://u:a:b@h/d?ssl=true",
        "postgresql://u@%2Frun%2Fpostgresql:5432/d", "postgresql://u:p@h1:5432,[::1]:5433,h3/d",
    ])
    func `Special characters in their place are accepted`(text: String) {
        #expect(DatabaseURL.problem(text) == nil)
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
