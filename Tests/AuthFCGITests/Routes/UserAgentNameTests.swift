import Testing

@testable import AuthFCGI

struct UserAgentNameTests {
    private static let apple = "AppleWebKit/537.36 (KHTML, like Gecko)"
    private static let webKit = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
    private static let iPhone = "iPhone; CPU iPhone OS 18_5 like Mac OS X"

    private static let known: [(String, String)] = [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, macOS"),
        ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox, Android"),
        (
            "Mozilla/5.0 (\(iPhone)) \(webKit) FxiOS/140.0 Mobile/15E148 Safari/605.1.15",
            "Firefox, iPhone"
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(apple) Chrome/138.0.0.0 Safari/537.36", "Chrome, Windows"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) \(apple) Chrome/138.0.0.0 Safari/537.36", "Chrome, ChromeOS"),
        ("Mozilla/5.0 (Linux; Android 10; K) \(apple) Chrome/138.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        (
            "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) \(webKit) CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1",
            "Chrome, iPad"
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) \(apple) HeadlessChrome/138.0.0.0 Safari/537.36", "Chrome, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(apple) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
            "Edge, Windows"
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) \(apple) Chrome/138.0.0.0 Mobile Safari/537.36 EdgA/138.0.0.0",
            "Edge, Android"
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) \(apple) Chrome/138.0.0.0 Safari/537.36 OPR/120.0.0.0",
            "Opera, macOS"
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) \(webKit) Version/18.5 Safari/605.1.15",
            "Safari, macOS"
        ),
        (
            "Mozilla/5.0 (\(iPhone)) \(webKit) Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari, iPhone"
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) \(apple) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet, Android"
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(apple) Chrome/138.0.0.0 Safari/537.36 Vivaldi/7.5.3735.44",
            "Vivaldi, Windows"
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(apple) Chrome/136.0.0.0 YaBrowser/25.6.0.0 Safari/537.36",
            "Yandex Browser, Windows"
        ),
        (
            "Mozilla/5.0 (\(iPhone)) \(webKit) Version/18.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
            "DuckDuckGo, iPhone"
        ),
        ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) \(webKit) Version/18.0 Safari/605.1.15 Epiphany/46.0", "GNOME Web, Linux"),
        // An application on a phone shows a page itself.
        ("Mozilla/5.0 (\(iPhone)) \(webKit) Mobile/15E148", "iPhone"),
        ("Mozilla/5.0 (X11; FreeBSD amd64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox, FreeBSD"),
        ("curl/8.14.1", "curl"), ("python-requests/2.32.3", "Python"), ("Go-http-client/1.1", "Go"),
        ("git/2.47.2", "git"), ("Wget/1.25.0", "Wget"), ("okhttp/4.12.0", "OkHttp"),
    ]

    @Test(arguments: known)
    func `browser and system of a user agent`(_ userAgent: String, _ name: String) {
        #expect(UserAgentName.text(userAgent) == name)
    }

    @Test(arguments: [
        "", " ", "Mozilla/5.0", "x", "<script>alert(1)</script>", "\u{202e}xoferiF", "Firefoxy/1 Windowsy",
    ])
    func `what is unknown is shown as nothing`(_ userAgent: String) {
        #expect(UserAgentName.text(userAgent) == "")
    }

    @Test func `nothing of the text itself is shown`() {
        #expect(UserAgentName.text("<b>Firefox</b> (\"Windows'\u{0}") == "Firefox, Windows")
        #expect(UserAgentName.text(String(repeating: "(Chrome;", count: 32) + "Linux)") == "Chrome, Linux")
    }
}
