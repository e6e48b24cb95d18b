/// A server whose locations have requirements beyond a session, in all supported forms. It listens at `demanding`.
///
/// With sites that ask over HTTP, `set $authfcgi_demand` says what a check of its own demands, and `fastcgi_param
/// AUTH_REQUIRE` says nothing.
enum LocationRequirements {
    static let listener = "demanding"

    static let configuration = #"""
        server {
            listen unix:@PREFIX@/demanding.sock;
            underscores_in_headers on;
            ignore_invalid_headers off;
            include authfcgi/verify.conf;
            include authfcgi/protect.conf;
            rewrite ^/_authfcgi /index.php last;
            location = /index.php { auth_request off; return 200 "stray page"; }

            location = /_authfcgi/admins {
                set $authfcgi_demand "group admin";
                include authfcgi/check.conf;
            }
            location = /_authfcgi/shift {
                set $authfcgi_demand 'group "night shift" or user "Ann O\'Hara"
                    or group admin and group staff';
                include authfcgi/check.conf;
            }
            location = /_authfcgi/nothing {
                include authfcgi/check.conf;
                fastcgi_param AUTH_REQUIRE "";
            }
            location = /_authfcgi/nonsense {
                set $authfcgi_demand "admin, staff";
                include authfcgi/check.conf;
            }
            location = /_authfcgi/parameter {
                include authfcgi/check.conf;
                fastcgi_param AUTH_REQUIRE "group admin";
            }
            location = /_authfcgi/slash {
                set $authfcgi_demand "group a/b";
                include authfcgi/check.conf;
            }

            include authfcgi/proxy.conf;
            location / { proxy_pass http://unix:@APP@:; }
            location /admins/ {
                auth_request /_authfcgi/admins;
                proxy_pass http://unix:@APP@:;
                location ~ \.php$ { proxy_pass http://unix:@APP@:; }
            }
            location /set/ {
                set $authfcgi_require "group admin";
                proxy_pass http://unix:@APP@:;
                location ~ \.php$ { proxy_pass http://unix:@APP@:; }
            }
            location ~ ^/team/([a-z]+)/ {
                set $authfcgi_require "group $1";
                proxy_pass http://unix:@APP@:;
            }
            location /parameter/ { auth_request /_authfcgi/parameter; proxy_pass http://unix:@APP@:; }
            location /slash/ { auth_request /_authfcgi/slash; proxy_pass http://unix:@APP@:; }
            location /alternatives/ {
                auth_request /_authfcgi/shift;
                set $authfcgi_require "group staff";
                proxy_pass http://unix:@APP@:;
            }
            location /after/ {
                auth_request /_authfcgi/admins;
                error_page 403 = /open;
                proxy_pass http://unix:@APP@:;
            }
            location /both/ {
                auth_request /_authfcgi/admins;
                set $authfcgi_require "group staff";
                proxy_pass http://unix:@APP@:;
            }
            location /shift/ { auth_request /_authfcgi/shift; proxy_pass http://unix:@APP@:; }
            location /nothing/ { auth_request /_authfcgi/nothing; proxy_pass http://unix:@APP@:; }
            location /mistyped/ { auth_request /_authfcgi/admin; proxy_pass http://unix:@APP@:; }
            location /nonsense/ { auth_request /_authfcgi/nonsense; proxy_pass http://unix:@APP@:; }
            location /page/ {
                auth_request /_authfcgi/admins;
                error_page 403 @forbidden;
                error_page 500 = @authfcgi_cannot_tell;
                proxy_pass http://unix:@APP@:;
            }
            location @forbidden {
                auth_request off;
                proxy_pass http://unix:@APP@:;
            }
        }
        """#
}
