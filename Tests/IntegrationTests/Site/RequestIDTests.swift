import TestSupport
import Testing

/// The id of a request in nginx's log and in the gate's, with the shipped files.
@Suite(.leavesCleanLogs) struct RequestIDTests {
    private static let logging = """
        log_format ids "$request_id $status";
        server {
            listen unix:@PREFIX@/logging.sock;
            access_log @PREFIX@/ids.log ids;
            include authfcgi/verify.conf;
            include authfcgi/endpoints.conf;
            location /admin/ {
                set $authfcgi_require "group admin";
                include authfcgi/protect.conf;
                include authfcgi/proxy.conf;
                proxy_pass http://unix:@APP@:;
            }
        }
        server {
            listen unix:@PREFIX@/front.sock;
            set $authfcgi_require "group admin";
            include authfcgi/forward-auth.conf;
        }
        """

    @Test(.overBothProtocols)
    func `nginx's id of a request is in the gate's line about its check and about its login`() throws {
        let site = try Site(extra: Self.logging, listeners: ["logging", "front"])
        let pod = site.pod
        let token = try pod.signIn("ann")
        let trace = ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        // A client cannot choose the id.
        let claims = [("X-Request-ID", "mine"), ("Auth-Request-Id", "mine"), trace]
        let client = pod.client("logging")
        #expect(try client.get("/admin/x", headers: [bearer(token)] + claims).status == 403)
        let login = try client.post("/auth/login", #"{"username":"nobody","password":"wrong"}"#, headers: claims)
        #expect(login.status == 401)
        var ids: [(id: String, status: String)] = []
        try eventually("nginx has logged both", log: pod.nginx.errorLog) {
            ids = site.folder.read("pod1/ids.log").split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ").map(String.init)
                return words.count == 2 ? (words[0], words[1]) : nil
            }
            return ids.count == 2
        }
        for (id, status) in ids {
            #expect(id.utf8.count == 32)
            var lines: [LogLine] = []
            try eventually("the gate has logged \(id)", log: pod.gate.log) {
                let event = status == "403" ? "access" : "login"
                lines = try pod.gate.log.auditLines(event).filter { $0["request_id"] == id }
                return !lines.isEmpty
            }
            #expect(lines[0]["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736", "\(lines)")
        }
    }

    @Test func `a check that another proxy asks for has that proxy's id`() throws {
        let site = try Site(extra: Self.logging, listeners: ["logging", "front"])
        let token = try site.pod.signIn("ann")
        let headers = [bearer(token), ("X-Request-ID", "of-the-proxy")]
        #expect(try site.pod.client("front").get("/any", headers: headers).status == 403)
        try site.pod.gate.waitForLog(containing: " request_id=of-the-proxy ")
    }
}
