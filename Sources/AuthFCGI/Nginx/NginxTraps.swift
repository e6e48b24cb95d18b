/// The traps of docs/nginx.md, "Ways to open the site by accident", and some of its symptoms: the one table.
enum NginxTraps {
    static let all: [NginxTrap] = [
        NginxTrap(
            "answer-before-check", "return in protected locations",
            consequence: "answers before the check is made",
            remedy: "move it to a location with auth_request off; or serve files with root, alias or try_files",
            find: answersBeforeCheck),
        NginxTrap(
            "rewrite-before-check", "rewrite in protected locations", .warning,
            consequence: "leads to another location before the check is made, and that one alone decides",
            remedy: "see that the location that it leads to is protected, or use try_files", find: rewritesBeforeCheck),
        NginxTrap(
            "rewrite-above-verify", "rewrites at server level above verify.conf",
            consequence: "rewrites the check as well, and a 200 of the application counts as valid",
            remedy: "include authfcgi/verify.conf first in the server, and rewrite inside locations",
            find: rewritesAboveVerify),
        NginxTrap(
            "satisfy-any", "satisfy any in protected locations",
            consequence: "lets in whoever has an allowed address, which behind a load balancer is everybody",
            remedy: "leave it at satisfy all", find: satisfiesAny),
        NginxTrap(
            "unchecked-parts", "ssi, slice, mirror, add_before_body and add_after_body", .warning,
            consequence: "fetches parts without a check, also for an open page",
            remedy: "have no protected path in them", find: uncheckedParts),
        NginxTrap(
            "expression-beside", "regular expressions beside protected locations",
            consequence: "takes requests from a protected location beside it, and asks nobody",
            remedy: "include authfcgi/protect.conf at server level, and auth_request off where it is open",
            find: expressionsBeside),
        NginxTrap(
            "expression-demands-less", "regular expressions beside locations that demand more",
            consequence: """
                takes requests from a location beside it that demands more: whoever is signed in may see them
                """,
            remedy: """
                write ^~ before the path of that location, with such an expression nested in it; or ask the same \
                check here
                """, find: expressionsWithLess),
        NginxTrap(
            "open-part", "auth_request off in nested locations", .warning,
            consequence: "opens a part of a protected location", remedy: "take it out unless it is intended",
            find: openParts),
        NginxTrap(
            "demand-not-inherited", "set $authfcgi_require in locations with others nested in them",
            consequence: "does not count in the nested locations: everybody who is signed in may see them",
            remedy: "ask a check of its own (location = /_authfcgi/NAME with $authfcgi_demand), which is inherited",
            find: demandsNotInherited),
        NginxTrap(
            "demand-from-path", "regular expressions that decide what is demanded",
            consequence: "demands a part of the path that may contain anything, such as 'x or group staff'",
            remedy: "name the characters, such as ([a-z]+)", find: demandsFromPath),
        NginxTrap(
            "demand-from-client", "headers, arguments or cookies of the client in a demand",
            consequence: "demands what the client says, which sets that itself",
            remedy: "write the names of groups and users", find: demandsOfClients),
        NginxTrap(
            "demand-beside", "regular expressions with a demand without a prefix around them", .warning,
            consequence: """
                does not match every such path (one without its last slash, perhaps), and the location that answers the \
                rest does not demand it
                """,
            remedy: "put it into a location ^~ /prefix/ that returns 404 by itself", find: demandsBeside),
        NginxTrap(
            "unknown-check", "auth_request with a name that no check has",
            consequence: "asks a check that does not exist: 500 for all",
            remedy: """
                write location = /_authfcgi/NAME with include authfcgi/check.conf, and authfcgi/verify.conf \
                above it, in the same server
                """, find: unknownChecks),
        NginxTrap(
            "check-outside", "checks outside of /_authfcgi/", .warning,
            consequence: """
                asks a check that a rewrite at server level catches, and in whose place, after a typing \
                error, the application answers
                """, remedy: "name it location = /_authfcgi/NAME", find: checksOutside),
        NginxTrap(
            "answer-in-check", "return in checks",
            consequence: "answers in place of the gate, and lets in whoever comes there",
            remedy: "take it out; an answer to a preflight stands in the location of the page", find: answersInChecks),
        NginxTrap(
            "bare-check", "checks without check.conf",
            consequence: "takes over what the site has set, such as an error_page 502 that makes a dead gate a 200",
            remedy: "include authfcgi/check.conf in it", find: bareChecks),
        NginxTrap(
            "cached-check", "fastcgi_cache and proxy_cache for a check",
            consequence: "answers valid from the cache after a logout, and with the gate dead",
            remedy: "include authfcgi/check.conf, which switches it off", find: cachedChecks),
        NginxTrap(
            "check-beside", "proxy_pass and proxy_set_header beside check-http.conf",
            consequence: "asks another server, or tells the gate what a client has said",
            remedy: "write nothing but set $authfcgi_demand beside it", find: checksWithMore),
        NginxTrap(
            "check-without-demand", "check-http.conf without a demand",
            consequence: "lets nobody in: 503 for all, whatever a fastcgi_param demands",
            remedy: "write set $authfcgi_demand above it", find: checksWithoutDemand),
        NginxTrap(
            "client-decides", "if with headers, arguments or cookies of the client", .warning,
            consequence: "lets the client decide, which sets these itself", remedy: "decide by location",
            find: clientDecides),
        NginxTrap(
            "wrong-identity-file", "uwsgi_pass, scgi_pass, grpc_pass and fastcgi_pass with another protocol's file",
            consequence: "hands on the client's own Remote-User and our token: the file beside it is for others",
            remedy: "include the file with the name of the protocol, such as authfcgi/uwsgi.conf",
            find: wrongIdentityFiles),
        NginxTrap(
            "no-identity-file", "proxy_pass and the like without proxy.conf",
            consequence: "hands on the client's own Remote-User and our token",
            remedy: """
                include authfcgi/proxy.conf (fastcgi.conf, uwsgi.conf, scgi.conf, grpc.conf) in this very \
                location, open ones too
                """, find: noIdentityFiles),
        NginxTrap(
            "doubled-headers", "Host and X-Forwarded-… beside proxy.conf", .warning,
            consequence: "is sent in addition to the one of proxy.conf, and most applications answer two with 400",
            remedy: "include authfcgi/identity.conf in the place of proxy.conf", find: doubledHeaders),
        NginxTrap(
            "other-upgrades", "proxy_set_header Upgrade with what the client says",
            consequence: """
                hands on h2c: if the application accepts that, all further requests pass nginx unread, with any \
                Remote-User
                """, remedy: "write $authfcgi_upgrade: docs/nginx.md, WebSockets", find: otherUpgrades),
        NginxTrap(
            "header-names", "underscores_in_headers and ignore_invalid_headers",
            consequence: "lets Remote_User or Remote.User pass, which WSGI, PHP and Rack read as Remote-User",
            remedy: "take it out", find: headerNames),
        NginxTrap(
            "shared-cache", "caches in protected locations",
            consequence: "answers one user's page to all who are signed in",
            remedy: "switch it off there, or begin its key with $authfcgi_session_id", find: sharedCaches),
        NginxTrap(
            "lost-error-page", "error_page in protected locations", .warning,
            consequence: "switches off the one of protect.conf: 500 and not 503 while the gate cannot tell",
            remedy: "repeat error_page 500 = @authfcgi_cannot_tell; beside it", find: lostErrorPages),
        NginxTrap(
            "error-page-shows", "error_page in protected locations that leads to an application",
            consequence: "leads whoever may not see the page to a location that asks nobody and shows the same page",
            remedy: "write error_page 401 = @authfcgi_sign_in; or let that location show a page of its own",
            find: errorPagesOfApplications),
        NginxTrap(
            "nothing-protected", "servers that use the gate and protect nothing", .warning,
            consequence: "protects nothing", remedy: "include authfcgi/protect.conf in it", find: nothingProtected),
        NginxTrap(
            "java-paths", "open locations in front of applications in Java", .note,
            consequence: "is open, and an application in Java takes /open/..;/closed/ for /closed/",
            remedy: "if it is in Java, refuse such paths at server level: docs/nginx.md, Applications in Java",
            find: javaPaths),
        NginxTrap(
            "case-of-paths", "locations that demand more, by a path with letters", .note,
            consequence: "leaves out the same path in other case, which an application that ignores case answers too",
            remedy: "if it ignores case, write location ~* ^/path(/|$): docs/nginx.md, Applications that ignore case",
            find: casesOfPaths),
    ]
}
