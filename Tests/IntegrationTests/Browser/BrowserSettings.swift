import FoundationEssentials

/// What the scenarios of `Scenarios/` are told: see `Scenarios/scene.py`.
struct BrowserSettings: Encodable {
    /// What precedes the names of the scenarios in the results.
    var prefix = ""
    var chromium = ProcessInfo.processInfo.environment["AUTHFCGI_CHROMIUM"] ?? "/usr/bin/chromium-headless-shell"
    var site: String
    var beside = ""
    var domain: [String] = []
    var plain = ""
    var misconfigured = ""
    var password = ""
    var own = ""
    var reset = ""
    var look = ""
    var used = ""
    /// A folder for pictures of all pages, and one for those of the documentation.
    var pictures: [String]?
    var scenarios: [String] = []

    /// True if the tests are to make the pictures of the documentation anew.
    static let makesPictures = ProcessInfo.processInfo.environment["AUTHFCGI_TEST_PICTURES"] == "yes"
}
