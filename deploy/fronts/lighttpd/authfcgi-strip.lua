-- For lighttpd.conf, before the check: removes what the client says about identity. CGI, PHP and WSGI read Remote_User, Remote.User and
-- the like as Remote-User, so that no header stays with any other sign in its name than letters, digits and hyphens.
local identity = {
    ["remote-user"] = true, ["remote-groups"] = true, ["remote-name"] = true, ["remote-email"] = true,
    ["x-auth-user-id"] = true, ["x-auth-session-id"] = true,
}
local names = {}
for name in pairs(lighty.r.req_header) do names[#names + 1] = name end
for _, name in ipairs(names) do
    if identity[name:lower()] or name:find("[^%w-]") then lighty.r.req_header[name] = nil end
end

-- Where a browser comes back to after signing in, and what the gate's log says of the request.
lighty.r.req_env["AUTH_ORIGINAL_URI"] = lighty.r.req_attr["request.uri"]
lighty.r.req_env["AUTH_ORIGINAL_METHOD"] = lighty.r.req_attr["request.method"]
lighty.r.req_env["AUTH_ORIGINAL_HOST"] = lighty.r.req_header["Host"]
return 0
