import Testing

@testable import AuthFCGI

struct EnvironmentFileTests {
    private static func read(_ text: String) -> (values: [String: String], problems: [String]) {
        var problems = SettingsProblems()
        let file = EnvironmentFile(parsing: text, path: "f", problems: &problems)
        return (file.values, problems.lines)
    }

    @Test(arguments: [
        ("WORKERS=3", "3"), ("  WORKERS = 3 \t", "3"), ("export WORKERS=3", "3"), ("WORKERS='a b '", "a b "),
        (#"WORKERS="a\"b\\c\n""#, #"a"b\c\n"#), (#"WORKERS='a\"b'"#, #"a\"b"#), ("WORKERS=a#b # c", "a#b # c"),
        ("WORKERS=", ""), ("WORKERS=\"\"", ""), ("WORKERS=a=b", "a=b"), ("WORKERS=3\r\n", "3"),
        ("\u{feff}WORKERS=3", "3"), ("# x\n\n  # y\nWORKERS=3\n", "3"), ("WORKERS=$HOME", "$HOME"),
    ])
    func `A line gives a value`(text: String, value: String) {
        let (values, problems) = Self.read(text)
        #expect(values == ["WORKERS": value])
        #expect(problems == [])
    }

    @Test(arguments: [
        "WORKERS", "=3", "a b=3", "WORKERS='3", "WORKERS=\"3", "WORKERS='3' # three", "UNKNOWN=1", "WORKERS_FILE=/x",
        "PATH=/bin", "WÖRKERS=3",
    ])
    func `An invalid line is a problem`(text: String) {
        let (values, problems) = Self.read(text)
        #expect(values == [:])
        #expect(problems.count == 1)
        #expect(problems.allSatisfy { $0.hasPrefix("f, line 1: ") })
    }

    @Test func `A duplicate name is a problem`() {
        #expect(Self.read("WORKERS=3\nWORKERS=4").problems.count == 1)
    }

    @Test(arguments: ["DEFRT9SECRETX=", "defRT9secretX==", "SOMETHING_ELSE=x", "DEFRT9SECRETX=\"", "DEFRT9SECRETX='a"])
    func `A name that resembles no setting is not shown, as it may be the rest of a secret`(text: String) {
        #expect(
            Self.read(text).problems == [
                "f, line 1: unknown setting; its name is not shown, as it may be a part of a secret"
            ])
    }

    @Test func `A name with the prefix is no part of a secret`() {
        #expect(Self.read("AUTHFCGI_SITE=x").problems == ["f, line 1: unknown setting AUTHFCGI_SITE"])
    }

    @Test func `The message about an unknown name suggests the nearest one`() {
        #expect(
            Self.read("databse_url=x").problems == [
                "f, line 1: unknown setting databse_url; did you mean DATABASE_URL?"
            ])
        #expect(EditDistance.between("kitten", "sitting") == 3)
        #expect(EditDistance.between("", "abc") == 3)
    }
}
