-- For lighttpd.conf: what the gate says of the user, which lighttpd gives to FastCGI and CGI alone, becomes headers for an application
-- that is asked over HTTP. lighttpd runs this twice, before the check and after it.
local headers, variables = lighty.r.req_header, lighty.r.req_env
if not variables["AUTH_SESSION_ID"] then return 0 end
headers["Remote-User"] = variables["REMOTE_USER"]
headers["Remote-Groups"] = variables["REMOTE_GROUPS"]
headers["Remote-Name"] = variables["REMOTE_NAME"]
headers["Remote-Email"] = variables["REMOTE_EMAIL"]
headers["X-Auth-User-Id"] = variables["AUTH_USER_ID"]
headers["X-Auth-Session-Id"] = variables["AUTH_SESSION_ID"]
assert(loadfile("/etc/lighttpd/authfcgi-hide-token.lua", "t", _ENV))()
return 0
