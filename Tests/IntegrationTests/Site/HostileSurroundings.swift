/// A server block that has, around the shipped files, all configurations that have exposed a site by accident. It
/// listens at `hostile`.
enum HostileSurroundings {
    static let listener = "hostile"

    static let configuration = """
        fastcgi_cache_path @PREFIX@/cache keys_zone=checks:1m;
        server {
            listen unix:@PREFIX@/hostile.sock;
            error_page 401 403 404 500 502 503 504 = /ok.html;
            recursive_error_pages on;
            fastcgi_intercept_errors on;
            fastcgi_next_upstream off;
            fastcgi_cache checks;
            fastcgi_cache_key $uri;
            fastcgi_cache_valid any 1h;
            fastcgi_ignore_headers Cache-Control;
            fastcgi_keep_conn on;
            fastcgi_param SCRIPT_NAME /healthz;
            satisfy any;
            allow all;
            client_max_body_size 1k;

            include authfcgi/verify.conf;
            include authfcgi/endpoints.conf;
            include authfcgi/health.conf;
            rewrite ^/_authfcgi /index.php last;

            location = /ok.html { return 200 "stray page"; }
            location ~ \\.php$ { return 200 "stray page"; }
            location ~ ^/(auth|healthz|readyz|_authfcgi) { return 200 "stray page"; }
            location / {
                include authfcgi/protect.conf;
                include authfcgi/proxy.conf;
                proxy_pass http://unix:@APP@:;
            }
            location /staff/ {
                include authfcgi/protect.conf;
                set $authfcgi_require "group staff";
                include authfcgi/proxy.conf;
                proxy_pass http://unix:@APP@:;
            }
            location /intercept/ {
                include authfcgi/protect.conf;
                proxy_intercept_errors on;
                include authfcgi/proxy.conf;
                proxy_pass http://unix:@APP@:;
            }
        }
        """

    static func site() throws -> Site {
        try Site(extra: configuration, listeners: [listener])
    }
}
