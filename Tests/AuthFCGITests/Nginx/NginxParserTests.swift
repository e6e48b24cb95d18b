import Testing

@testable import AuthFCGI

/// The parser of nginx configurations reads what nginx reads.
struct NginxParserTests {
    private func parse(_ text: String) throws -> [NginxDirective] {
        try NginxParser.directives(of: text, file: "f")
    }

    /// Returns directives in one line, with words in brackets.
    private func shown(_ directives: [NginxDirective]) -> String {
        directives.map { directive in
            let words = ([directive.name] + directive.arguments).map { "[\($0)]" }.joined()
            return words + (directive.block.map { "{\(shown($0))}" } ?? ";")
        }.joined()
    }

    @Test(arguments: [
        ("listen 80;", "[listen][80];"),
        ("a b;c;", "[a][b];[c];"),
        ("server{listen 80;}", "[server]{[listen][80];}"),
        ("# a comment { ; }\na b; # another\nc;", "[a][b];[c];"),
        ("a b#c;", "[a][b#c];"),
        ("a \"b c\" 'd;e';", "[a][b c][d;e];"),
        ("a \"b\\\"c\" '\\\\' \\.php$;", "[a][b\"c][\\][\\.php$];"),
        ("location ~ ^/[a-z]+\\.php$ { }", "[location][~][^/[a-z]+\\.php$]{}"),
        ("location ~ \"^/[0-9]{4}/\" { }", "[location][~][^/[0-9]{4}/]{}"),
        ("set $a ${b}c;", "[set][$a][${b}c];"),
        ("if ($a = \"b\") { return 204; }", "[if][($a][=][b][)]{[return][204];}"),
        ("content_by_lua_block { if x then y = {1} end } a;", "[content_by_lua_block]{}[a];"),
        ("a {}\r\n\tb;", "[a]{}[b];"),
    ])
    func `words, quotes and blocks`(_ text: String, _ directives: String) throws {
        #expect(try shown(parse(text)) == directives)
    }

    @Test func `a directive's place is that of its first word`() throws {
        let directives = try parse("a;\n\n  b\n c {\n 'x\ny';\n d;\n}")
        #expect(directives.map(\.place.line) == [1, 3])
        #expect(directives[1].block?.map(\.place.line) == [5, 7])
        #expect(directives[1].place.description == "f:3")
    }

    @Test(arguments: [
        ("a b", 1, "\"a\" has no ; at its end"), ("a {\n b;\n", 3, "a } is missing"), ("a;\n}", 2, "unexpected }"),
        ("\n;", 2, "unexpected ;"), ("{ }", 1, "unexpected {"), ("a 'b;\n", 1, "the quote has no end"),
        ("a { b }", 1, "\"b\" has no ; at its end"),
    ])
    func `what is no configuration is an error with its line`(_ text: String, _ line: Int, _ problem: String) {
        let error = #expect(throws: NginxSyntaxError.self) { try parse(text) }
        #expect(error == NginxSyntaxError(place: NginxPlace(file: "f", line: line), problem: problem))
    }

    @Test func `a file of the gate is recognized in an include`() {
        let names = ["authfcgi/verify.conf", "/etc/nginx/authfcgi/verify.conf", "authfcgi.conf", "other/verify.conf"]
        let files = names.map { name in
            NginxDirective(name: "include", arguments: [name], place: NginxPlace(file: "f", line: 1)).gateFile
        }
        #expect(files == ["verify.conf", "verify.conf", nil, nil])
    }

    @Test(arguments: [
        (["/a"], NginxLocation.Comparison.prefix, "/a"), (["=", "/a"], .exact, "/a"), (["=/a"], .exact, "/a"),
        (["^~", "/a"], .decisivePrefix, "/a"), (["~*", "a$"], .expression, "a$"), (["~a$"], .expression, "a$"),
        (["@a"], .named, "@a"),
    ])
    func `a location's comparison`(_ arguments: [String], _ comparison: NginxLocation.Comparison, _ path: String) {
        let location = NginxLocation(arguments)
        #expect(location.comparison == comparison && location.path == path)
    }
}
