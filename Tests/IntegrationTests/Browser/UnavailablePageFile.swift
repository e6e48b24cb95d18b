import TestSupport

/// `nginx/authfcgi/unavailable-page.conf`, made of the gate's own pages.
struct UnavailablePageFile {
    private let english: [String]
    private let german: [String]
    private let policy: String

    /// - Parameters:
    ///   - english: The gate's answer in English.
    ///   - german: The gate's answer in German.
    init(english: HTTPAnswer, german: HTTPAnswer) throws {
        guard let policy = english.headers["Content-Security-Policy"],
            policy == german.headers["Content-Security-Policy"]
        else { throw SupportError.unexpected("the pages have no policy, or two") }
        // In nginx's strings a dollar sign begins a variable, and cannot be escaped.
        guard !(english.text + german.text + policy).contains("$") else {
            throw SupportError.unexpected("a page contains a dollar sign")
        }
        self.policy = policy
        self.english = Self.pieces(of: english.text)
        self.german = Self.pieces(of: german.text)
    }

    var text: String {
        let count = max(english.count, german.count)
        let all = (1...count).map { "$authfcgi_p\($0)" }.joined()
        let maps = (0..<count).map { index in
            """
            map $authfcgi_lang $authfcgi_p\(index + 1) {
                default \(Self.quoted(index < english.count ? english[index] : ""));
                de \(Self.quoted(index < german.count ? german[index] : ""));
            }

            """
        }
        return Self.head.replacing("@ALL@", with: all).replacing("@POLICY@", with: policy) + maps.joined()
    }

    private static let head = #"""
        # Level: http. maps.conf includes it: it stands in no other file.
        # What unavailable.conf answers. The pages are those that the gate itself gives in this case, written into this file by the
        # test that compares them: see Tests/README.md. They are in pieces, as nginx takes no text above 4 kB.

        map $http_accept_language $authfcgi_lang {
            default en;
            "~*^\s*de(?:[-,;\s]|$)" de;
        }
        map $authfcgi_page $authfcgi_type {
            default "application/json";
            yes "text/html; charset=utf-8";
        }
        map $authfcgi_page $authfcgi_body {
            default '{"error":"unavailable","message":"The session gate cannot answer. Try again shortly."}';
            yes "@ALL@";
        }
        map $authfcgi_page $authfcgi_csp {
            default "";
            yes "@POLICY@";
        }

        """#

    /// Divides a text into pieces that fit into nginx's buffer for the configuration, escaped.
    private static func pieces(of text: String) -> [String] {
        var rest = text[...]
        var pieces: [String] = []
        while !rest.isEmpty {
            let piece = rest.prefix(1500)
            pieces.append(String(piece))
            rest = rest[piece.endIndex...]
        }
        return pieces
    }

    private static func quoted(_ text: String) -> String {
        "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }
}
