import FoundationEssentials
import TestSupport
import Testing

@testable import AuthFCGI

/// nginx shows the notices "unavailable" and "form unanswered" by itself if it cannot reach the gate: a copy, in nginx's own
/// language.
@Suite struct UnavailablePageTests {
    private static let file = "nginx/authfcgi/unavailable-page.conf"

    @Test func `nginx's copy of the page is what the gate shows`() throws {
        let text = try Self.text()
        if ProcessInfo.processInfo.environment["AUTHFCGI_TEST_WRITE_PAGES"] == "yes" {
            try Data(text.utf8).write(to: URL(filePath: Repository.path(Self.file)))
        }
        let there = try Repository.text(Self.file)
        #expect(there == text, "AUTHFCGI_TEST_WRITE_PAGES=yes writes it anew")
    }

    private static let kinds: [(key: String, language: String, notice: Notice)] = [
        ("en", "en", .unavailable), ("de", "de", .unavailable), ("en-form", "en", .formUnanswered),
        ("de-form", "de", .formUnanswered),
    ]

    private static func text() throws -> String {
        let pages = try Pages(PageTheme())
        let answers = kinds.map { kind in
            pages.response(.notice(kind.notice), to: OriginalRequest([(.acceptLanguage, kind.language)]))
        }
        let policy = try #require(
            answers[0].headers.first { $0.name.text.description == "Content-Security-Policy" }?.value.text)
        let pieces = try answers.map { try Self.pieces(String(decoding: $0.body, as: UTF8.self)) }
        #expect(Set(pieces.map(\.count)).count == 1)
        var text = """
            # Level: http. maps.conf includes it: it stands in no other file.
            # What unavailable.conf answers. The pages are those that the gate itself shows in this case, written into this file by
            # the test that compares them, Tests/AuthFCGITests/Pages/UnavailablePageTests.swift. They are in pieces, as nginx takes
            # no text above 4 kB.

            map $http_accept_language $authfcgi_lang {
                default en;
                "~*^\\s*de(?:[-,;\\s]|$)" de;
            }
            # The answer to a form does not try again by itself.
            map $request_method $authfcgi_sent {
                default "";
                POST -form;
            }
            map $authfcgi_page $authfcgi_type {
                default "application/json";
                yes "text/html; charset=utf-8";
            }
            map $authfcgi_page $authfcgi_clang {
                default "";
                yes $authfcgi_lang;
            }
            map $authfcgi_page $authfcgi_body {
                default '{"error":"unavailable","message":"The session gate cannot answer. Try again shortly."}';
                yes "\(pieces[0].indices.map { "$authfcgi_p\($0 + 1)" }.joined())";
            }
            map $authfcgi_page $authfcgi_csp {
                default "";
                yes "\(policy)";
            }

            """
        for index in pieces[0].indices {
            text += "map $authfcgi_lang$authfcgi_sent $authfcgi_p\(index + 1) {\n    default '\(pieces[0][index])';\n"
            for other in kinds.indices.dropFirst() where pieces[other][index] != pieces[0][index] {
                text += "    \(kinds[other].key) '\(pieces[other][index])';\n"
            }
            text += "}\n"
        }
        return text
    }

    /// Divides a page: what is before its style, the lines of its style in portions, and what is after it.
    private static func pieces(_ html: String) throws -> [String] {
        for mark in ["'", "\\", "$"] { #expect(!html.contains(mark), "nginx would read \(mark) otherwise") }
        let start = try #require(html.firstRange(of: "<style>\n")).upperBound
        let end = try #require(html.firstRange(of: "</style>")).lowerBound
        var portions = [""]
        for line in html[start..<end].split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if portions[portions.count - 1].utf8.count + line.utf8.count > 3000 { portions.append("") }
            portions[portions.count - 1] += line + "\n"
        }
        let pieces = [String(html[..<start])] + portions + [String(html[end...])]
        #expect(pieces.joined() == html && pieces.allSatisfy { $0.utf8.count < 4000 })
        return pieces
    }
}
