/// Traps that leave the gate out of the question, or ask it for less.
extension NginxTrapTests {
    private static let admin = "location /admin/ { set $authfcgi_require \"group admin\"; \(page) }\n"
    private static let php = "location ~ \\.php$ { include authfcgi/fastcgi.conf; fastcgi_pass php; }\n"
    private static let pages = "error_page 401 = @other; error_page 500 = @authfcgi_cannot_tell; "

    static let openTraps: [([String], String)] = [
        (["expression-demands-less 5"], text(closed, admin, php)),
        (
            ["expression-demands-less 6"],
            text(
                closed, "location = /_authfcgi/a { set $authfcgi_demand \"group a\"; include authfcgi/check.conf; }\n",
                "location /admin/ { auth_request /_authfcgi/a; \(page) }\n", php)
        ),
        (
            ["expression-demands-less 4"],
            text(closed, php, "location ~ ^/admin/ { set $authfcgi_require \"group admin\"; \(page) }")
        ),
        (
            ["expression-demands-less 5"],
            text(
                closed, admin,
                "location ~ \\.php$ { set $authfcgi_require \"group a\"; include authfcgi/fastcgi.conf; ",
                "fastcgi_pass php; }")
        ),
        (["expression-demands-less 5"], text(closed, admin, "location ~ ^/admin/help/ { \(page) }")),
        (["expression-beside 3"], text(open, php, "location ~ ^/app/ { include authfcgi/protect.conf; \(page) }")),
        (
            ["expression-beside 4"],
            text(open, "location /a/ { \(page) location ^~ /a/b/ { include authfcgi/protect.conf; \(page) } }\n", php)
        ),
        (["demand-from-client 4"], "\(closed)location /a/ { set $authfcgi_require \"group ${arg_g}\"; \(page) }"),
        (
            ["demand-from-client 4"],
            text(
                closed, "location = /_authfcgi/a { include authfcgi/check.conf; ",
                "fastcgi_param AUTH_REQUIRE \"group $http_x_team\"; }")
        ),
        (
            ["answer-in-check 4"],
            text(
                closed, "location = /_authfcgi/a { if ($request_method = OPTIONS) { return 204; } ",
                "include authfcgi/check.conf; }")
        ),
        (["answer-in-check 4"], "\(closed)location = /_authfcgi/a { return 200; }"),
        (
            ["error-page-shows 3"],
            text(open, "location /a/ { include authfcgi/protect.conf; \(pages) \(page) }\nlocation @other { \(page) }")
        ),
        (
            ["error-page-shows 4"],
            text(closed, "location /a/ { \(pages) \(page) }\nlocation @other { auth_request off; \(page) }")
        ),
    ]

    static let openHarmless: [String] = [
        text(closed, admin, "location ~ ^/team/[a-z]+/ { \(page) }"),
        text(closed, "location ^~ /admin/ { set $authfcgi_require \"group admin\"; \(page) }", php),
        text(closed, admin, "location ~ /\\.ht { deny all; } location ~ \\.bak$ { return 404; }"),
        text(closed, admin, "location ~ ^/admin/help/ { set $authfcgi_require \"group a\"; \(page) }"),
        text(closed, admin, "location ~ \\.css$ { set $authfcgi_require \"group admin\"; \(page) }"),
        text(
            open, "location ~ \\.(css|jpe?g)$ { root /srv; } ",
            "location ~ \\.php$ { include authfcgi/protect.conf; include authfcgi/fastcgi.conf; fastcgi_pass php; }"),
        text(closed, "location = /_authfcgi/a { return 403; }"),
        text(closed, "location /a/ { \(pages) \(page) } location @other { auth_request off; return 302 /login; }"),
        text(closed, "location /a/ { \(pages) \(page) } location @other { \(page) }"),
        text(
            closed, "location /a/ { \(pages) \(page) } ",
            "location @other { auth_request off; rewrite ^ /b break; \(page) }"),
    ]
}
