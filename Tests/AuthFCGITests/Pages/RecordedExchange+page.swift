import EventLoop

@testable import AuthFCGI

/// What a page shows to a person, by the keys of the English texts, and what its forms hold.
extension RecordedExchange {
    /// Returns whether the response is the page with a heading.
    func isPage(_ heading: PageText) -> Bool {
        says("\r\nContent-Type: text/html; charset=utf-8\r\n") && says("<h1>\(Self.html(heading))</h1>")
    }

    /// Returns whether an element of the page has a text as its whole content.
    func shows(_ key: PageText, _ values: [String: String] = [:]) -> Bool { says(">\(Self.html(key, values))</") }

    /// Returns whether the first field of a name has a value.
    func hasField(_ name: String, _ value: String) -> Bool {
        guard let answer = answers.first, let field = answer.firstRange(of: " name=\"\(name)\"") else { return false }
        return answer[field.upperBound...].prefix { $0 != ">" }
            .contains(" value=\"\(TemplateText.escape(value))\"")
    }

    /// Returns whether the page has the form that is sent to a path.
    func hasForm(_ path: String) -> Bool { says(" method=\"post\" action=\"\(path)\">") }

    /// Returns whether the box "keep me signed in" is ticked.
    var isRememberTicked: Bool { says(" name=\"remember\" value=\"1\" checked>") }

    private static func html(_ key: PageText, _ values: [String: String] = [:]) -> String {
        TemplateText.escape(PageLanguage.english.text(key, values))
    }
}
