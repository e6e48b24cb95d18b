import Testing

@testable import Sessions

/// Texts written into SQL, and the reading of PostgreSQL's errors.
@Suite struct PostgreSQLTextTests {
    @Test func `a schema's name is quoted, whatever it contains`() {
        #expect(Schema.identifier("auth") == "\"auth\"")
        #expect(Schema.identifier("a\"b; DROP TABLE x") == "\"a\"\"b; DROP TABLE x\"")
        #expect(Schema.identifier("a\"\u{301}") == "\"a\"\"\u{301}\"")
        #expect(RevokeAllSessions().sql(in: Schema("s")).contains(" \"s\".revoke_all_sessions("))
        #expect(RevokeAllSessions().sql(in: Schema(nil)).contains(" revoke_all_sessions("))
    }

    @Test func `a text array is quoted element by element`() {
        guard case .text(let text) = PostgreSQLParameter.texts(["a", "b,c", "d\"e", "f\\g", "", "{}", "NULL"]) else {
            Issue.record("an array goes as text")
            return
        }
        #expect(text == #"{"a","b,c","d\"e","f\\g","","{}","NULL"}"#)
    }

    @Test func `a quote is escaped even before a combining mark`() {
        guard case .text(let text) = PostgreSQLParameter.texts(["x\"\u{301}", "\\\u{301}"]) else {
            Issue.record("an array goes as text")
            return
        }
        #expect(text.unicodeScalars.elementsEqual("{\"x\\\"\u{301}\",\"\\\\\u{301}\"}".unicodeScalars))
    }

    @Test(arguments: ["08006", "57P01", "57P03", "25006", "26000", "0A000"])
    func `errors of some classes make the connection unusable`(code: String) {
        #expect(PostgreSQLError.server(SQLState(code), "").endsConnection)
    }

    @Test(arguments: ["57014", "23505", "42P01", "53200", "22021"])
    func `other errors leave the connection usable`(code: String) {
        #expect(!PostgreSQLError.server(SQLState(code), "").endsConnection)
    }
}
