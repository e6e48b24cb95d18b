import Foundation
import TestSupport
import Testing

/// `deploy/examples/identity` behind nginx and a gate with `USERS_PRESET=django`: the application finds the row of the
/// user who has signed in.
@Suite(.serialized) struct IdentityRecipeTests {
    private let folder: TestFolder
    private let users: ForeignUsers
    private let gate: GateProcess
    private let entry: Endpoint
    private let nginx: NginxServer
    private let applications: [ServerProcess]

    init() throws {
        folder = try TestFolder()
        users = try ForeignUsers.django()
        try users.database.psql(
            "UPDATE auth_user SET username = 'zoë', first_name = 'Zoë, née' WHERE username = 'bob'")
        gate = try users.gate(in: folder, ["USERS_PRESET": "django"])
        let prefix = try folder.makeFolder("nginx")
        let site = "\(prefix)/site.sock"
        applications = try IdentityRecipe.allCases.map { [folder, users] recipe in
            try recipe.start(in: folder, listeningAt: "\(prefix)/\(recipe).sock", database: users.database)
        }
        try NginxServer.renderSite(
            from: Repository.path("nginx"), to: prefix,
            replacing: [("unix:/run/authfcgi/authfcgi.sock", "unix:\(gate.socketPath)")])
        let pass = "include authfcgi/proxy.conf; proxy_pass http://unix:\(prefix)/$http_x_application.sock:;"
        nginx = try NginxServer(in: folder, listening: [.unix(site)]) {
            NginxServer.configuration(
                prefix: $0,
                http: """
                    include authfcgi/upstream.conf;
                    include authfcgi/maps.conf;
                    server {
                        listen unix:\(site);
                        include authfcgi/verify.conf;
                        include authfcgi/endpoints.conf;
                        include authfcgi/protect.conf;
                        location / { \(pass) }
                        location /public/ { auth_request off; \(pass) }
                    }
                    """)
        }
        entry = .unix(site)
    }

    private func get(
        _ path: String, _ recipe: IdentityRecipe, _ headers: [(String, String)]
    ) throws -> HTTPAnswer {
        try HTTPClient(entry, timeout: .seconds(20)).get(
            path, headers: headers + [("X-Application", recipe.rawValue)])
    }

    private func user(_ answer: HTTPAnswer) throws -> [String?] {
        try #require(answer.status == 200, "\(answer)")
        let answer = try object(answer)
        return [answer["id"]?.text, answer["username"]?.text]
    }

    private func signIn(_ name: String) throws -> String {
        let answer = try HTTPClient(entry).post(
            "/auth/login", #"{"username":"\#(name)","password":"correct horse"}"#, headers: Browser.headers)
        return try #require(try object(answer)["token"]?.text, "\(answer)")
    }

    @Test func `whoever signs in is the row of the same id, in the application too`() throws {
        for (name, id) in [("ann", "1"), ("zoë", "2")] {
            let token = try signIn(name)
            for recipe in IdentityRecipe.allCases {
                for credentials in [Browser.request(token), [bearer(token)]] {
                    #expect(try user(get("/me", recipe, credentials)) == [id, name])
                }
                let claims = [("X-Auth-User-Id", "7"), ("Remote-User", "root"), ("X_Auth_User_Id", "7")]
                #expect(try user(get("/me", recipe, Browser.request(token) + claims)) == [id, name])
            }
            for path in ["/async", "/member"] {
                #expect(try user(get(path, .django, Browser.request(token))) == [id, name])
            }
            let express = try object(get("/me", .express, Browser.request(token)))
            #expect(express["groups"] == .list(name == "ann" ? ["a, b", "staff"] : ["others"]))
            #expect(express["name"] == .text(name == "ann" ? "ann Lee" : "Zoë, née Lee"))
        }
        #expect(try users.database.psql("SELECT count(*) FROM auth_user") == "2")
    }

    @Test func `nobody is signed in without the gate's word, or by an id of no row`() throws {
        for recipe in IdentityRecipe.allCases {
            let claims = [("X-Auth-User-Id", "1"), ("Remote-User", "ann")]
            #expect(try user(get("/public/me", recipe, Browser.request() + claims)) == ["", ""])
            for id in ["01", " 1", "1 ", "1_0", "+1", "１", "ann", "9", "1.0", "a11e5c1e-0000-4000-8000-000000000001"] {
                let token = try gate.signIn(id)
                #expect(try user(get("/me", recipe, [bearer(token)])) == ["", ""], "\(id)")
            }
            try users.database.psql("UPDATE auth_user SET is_active = false WHERE id = 2")
            #expect(try user(get("/me", recipe, [bearer(gate.signIn("2"))])) == ["", ""])
        }
        let member = try get("/member", .django, [bearer(gate.signIn("ann"))])
        #expect(member.headers["Location"]?.hasPrefix("/nobody") == true)
        #expect(try users.database.psql("SELECT count(*) FROM auth_user") == "2")
    }

    @Test func `the PHP on the page is PHP`() throws {
        let page = try String(contentsOfFile: Repository.path("deploy/examples/identity/README.md"), encoding: .utf8)
        let blocks = page.components(separatedBy: "```php\n").dropFirst().map {
            String($0[..<($0.firstRange(of: "\n```")?.lowerBound ?? $0.endIndex)])
        }
        #expect(blocks.count == 2)
        for (number, block) in blocks.enumerated() {
            let file = try folder.write("block\(number).php", "<?php\n" + block)
            #expect(try ServerProcess.run("php", ["-l", file]).status.isSuccess)
        }
    }
}
