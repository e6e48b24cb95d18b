internal import EventLoop

/// The browser and the system in a user agent, for people who look at their sessions.
///
/// A user agent is untrusted text, so only words of these tables are shown. Browsers name those that they want to be taken
/// for as well; the tables have the more particular ones first.
enum UserAgentName {
    /// Returns `Firefox, Windows`; only one of the two if the other is unknown, and an empty text if both are.
    static func text(_ userAgent: String) -> String {
        let words = words(of: userAgent)
        return [name(words, browsers), name(words, systems)].compactMap(\.self).joined(separator: ", ")
    }

    private typealias Table = [(word: String, name: String)]

    private static let browsers: Table = [
        ("Edg", "Edge"), ("EdgA", "Edge"), ("EdgiOS", "Edge"), ("Edge", "Edge"),
        ("OPR", "Opera"), ("OPT", "Opera"), ("OPiOS", "Opera"), ("Opera", "Opera"),
        ("SamsungBrowser", "Samsung Internet"), ("Vivaldi", "Vivaldi"), ("YaBrowser", "Yandex Browser"),
        ("DuckDuckGo", "DuckDuckGo"), ("Ddg", "DuckDuckGo"), ("UCBrowser", "UC Browser"), ("Silk", "Silk"),
        ("MiuiBrowser", "Mi Browser"), ("HuaweiBrowser", "Huawei Browser"), ("GSA", "Google"),
        ("FxiOS", "Firefox"), ("Focus", "Firefox"), ("Firefox", "Firefox"), ("SeaMonkey", "SeaMonkey"),
        ("CriOS", "Chrome"), ("HeadlessChrome", "Chrome"), ("Chrome", "Chrome"), ("Chromium", "Chrome"),
        ("Epiphany", "GNOME Web"), ("MSIE", "Internet Explorer"), ("Trident", "Internet Explorer"),
        ("Safari", "Safari"),
        ("curl", "curl"), ("Wget", "Wget"), ("git", "git"), ("python-requests", "Python"), ("aiohttp", "Python"),
        ("Python-urllib", "Python"), ("Go-http-client", "Go"), ("okhttp", "OkHttp"), ("PostmanRuntime", "Postman"),
        ("Java", "Java"), ("node", "Node.js"),
    ]

    private static let systems: Table = [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("iPod", "iPod"), ("Windows", "Windows"), ("Android", "Android"),
        ("CrOS", "ChromeOS"), ("Tizen", "Tizen"), ("KAIOS", "KaiOS"), ("Macintosh", "macOS"),
        ("Linux", "Linux"), ("FreeBSD", "FreeBSD"), ("OpenBSD", "OpenBSD"), ("X11", "Unix"),
    ]

    private static func name(_ words: Set<Substring>, _ table: Table) -> String? {
        table.first { words.contains($0.word[...]) }?.name
    }

    /// Returns the words between spaces and punctuation: a product without its version, and the parts of a comment.
    private static func words(of userAgent: String) -> Set<Substring> {
        let words = userAgent.utf8.split { !$0.isASCIIAlphanumeric && $0 != UInt8(ascii: "-") }
        return Set(words.map { Substring($0) })
    }
}
