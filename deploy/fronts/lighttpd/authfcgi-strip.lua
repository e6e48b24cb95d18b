-- For lighttpd.conf, before the check: refuses some paths, and removes what the client says about identity.

-- What an application could read as another path than lighttpd does. Some cut a path at NUL and leave other control characters out,
-- a backslash is a slash to some, and of what is no UTF-8 (%e0%80%af, %80) some make a slash or a dot, or nothing. Control
-- characters are looked for in what the client has sent: lighttpd decodes each of them to "_".
local path = lighty.r.req_attr["uri.path"]
local sent = lighty.r.req_attr["request.uri"]:match("^[^?]*")
if sent:find("%%[01]%x") or sent:find("%%7[fF]") or sent:find("%c") then return 400 end
if path:find("\\", 1, true) or not utf8.len(path) or path:find("\xED[\xA0-\xBF]") then return 400 end

-- CGI, PHP and WSGI read Remote_User, Remote.User and the like as Remote-User, so that no header stays with any other sign in its name
-- than letters, digits and hyphens. Some frameworks and IIS answer the page that the last two name, whatever has been checked.
local refused = {
    ["remote-user"] = true, ["remote-groups"] = true, ["remote-name"] = true, ["remote-email"] = true,
    ["x-auth-user-id"] = true, ["x-auth-session-id"] = true,
    ["x-original-url"] = true, ["x-rewrite-url"] = true,
}
local names = {}
for name in pairs(lighty.r.req_header) do names[#names + 1] = name end
for _, name in ipairs(names) do
    if refused[name:lower()] or name:find("[^%w-]") then lighty.r.req_header[name] = nil end
end

-- Where a browser comes back to after signing in, and what the gate's log says of the request.
lighty.r.req_env["AUTH_ORIGINAL_URI"] = lighty.r.req_attr["request.uri"]
lighty.r.req_env["AUTH_ORIGINAL_METHOD"] = lighty.r.req_attr["request.method"]
lighty.r.req_env["AUTH_ORIGINAL_HOST"] = lighty.r.req_header["Host"]
return 0
