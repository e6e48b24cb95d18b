import Testing

@testable import AuthFCGI

/// What a regular expression may match is not overlooked, and what it cannot match is known in plain cases.
struct NginxExpressionTests {
    @Test(arguments: [
        ("\\.php$", "/admin/", true), ("^/admin/.+\\.php$", "/admin/", true), ("^/ADMIN/", "/admin/", true),
        ("^/adm", "/admin/", true), ("^/admin/a/", "/admin/", true), ("^/(team|admin)/", "/admin/", true),
        ("^/team/|/admin/", "/admin/", true), ("^/teams?/", "/team/", true), ("^/ad\\w+/", "/admin/", true),
        ("(?i)^/team/", "/admin/", true), ("^/team/([a-z]+)/", "/admin/", false), ("^/x\\.y/", "/x-y/", false),
        ("^/teams*/", "/admin/", false), ("^/", "/admin/", true),
    ])
    func `an expression and a prefix`(_ expression: String, _ prefix: String, _ mayMatch: Bool) {
        #expect(NginxExpression(expression).mayMatch(below: prefix) == mayMatch)
    }

    @Test(arguments: [
        ("\\.php$", "^/app/", true), ("\\.php$", "\\.css$", false), ("\\.php$", "\\.(css|jpe?g)$", false),
        ("\\.jpeg$", "\\.(?:css|jpe?g)$", true), ("\\.jpg$", "\\.(css|jpe?g)$", true), ("\\.php$", "\\.ph\\w$", true),
        ("^(.+\\.php)(/.+)$", "\\.css$", true), ("\\.php(/|$)", "\\.css$", true), ("p$", "\\.php$", true),
        ("^/a/", "^/b/", false), ("^/a/.*\\.php$", "^/a/b/", true), ("\\.php$|/x", "\\.css$", true),
        ("\\.(|php)$", "\\.css$", false), ("(|php)$", "\\.css$", true), ("(?!a)$", "\\.css$", true),
    ])
    func `two expressions`(_ one: String, _ other: String, _ mayMatch: Bool) {
        #expect(NginxExpression(one).mayMatch(with: NginxExpression(other)) == mayMatch)
        #expect(NginxExpression(other).mayMatch(with: NginxExpression(one)) == mayMatch)
    }
}
