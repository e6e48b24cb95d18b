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
    func `Pairs stay as they are`(text: String) {
        #expect(DatabaseURL.normalised(text) == text)
    }

    @Test(arguments: ["mysql://h/d", "h/d", "://h", "postgresql+://h", "postgresql+a+b://h", "postgresql:/h", "=a", ""])
    func `Anything else is refused`(text: String) {
        #expect(DatabaseURL.normalised(text) == nil)
    }
}
