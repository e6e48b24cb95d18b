import TestSupport
import Testing

/// The address of a link for a new password is a secret until it is used, and is in no log of nginx's.
@Suite(.serialized, .leavesCleanLogs) struct ResetAddressTests {
    private static let server = """
        server {
            listen unix:@PREFIX@/logged.sock;
            access_log @PREFIX@/access.log;
            error_log @PREFIX@/error.log info;
            include authfcgi/verify.conf;
            include authfcgi/endpoints.conf;
            location / {
                include authfcgi/protect.conf;
                error_page 401 = @authfcgi_sign_in;
                error_page 500 = @authfcgi_cannot_tell;
                include authfcgi/proxy.conf;
                proxy_pass http://unix:@APP@:;
            }
        }
        """

    @Test func `nginx logs it neither when the gate answers nor when it is away`() throws {
        let site = try Site(workers: 1, extra: Self.server, listeners: ["logged"])
        let code = "afr_a-code-of-a-link"
        RunRecord.note(secret: code)
        let address = "/auth/reset?code=\(code)"
        let client = site.pod.client("logged")
        let form = [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin")]
        func use() throws -> [Int] {
            [
                try client.get(address, headers: Browser.request()).status,
                try client.post(address, "code=\(code)", headers: form).status,
                try client.post(address, String(repeating: "x", count: 100_000), headers: form).status,
            ]
        }
        #expect(try use().allSatisfy { (400...503).contains($0) || $0 == 200 })
        site.pod.gate.kill()
        #expect(try use() == [503, 503, 413])
        let page = try client.get(address, headers: Browser.request())
        #expect(page.headers["Content-Type"] == "text/html; charset=utf-8" && page.text.contains("http-equiv"))
        // Other addresses are logged.
        #expect(try client.get("/auth/login?rd=/marker", headers: Browser.request()).status == 503)
        try eventually("the requests are logged") {
            site.folder.read("pod1/access.log").contains("/auth/login?rd=/marker")
        }
        for log in ["access.log", "error.log"] { #expect(!site.folder.read("pod1/\(log)").contains(code), "\(log)") }
    }
}
