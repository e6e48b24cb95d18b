-- For lighttpd.conf, and used by authfcgi-identity.lua: takes our token out of Cookie and Authorization. A token that the application
-- never receives cannot turn up in its logs. Other cookies, and an Authorization of the application's own, pass. The session's
-- cookie is known by its value, whatever its name.
local headers = lighty.r.req_header
local kept = {}
for part in (headers["Cookie"] or ""):gmatch("[^;]+") do
    local name, value = part:match("^%s*([^=]-)%s*=(.*)$")
    local is_ours = value and (value:find("^[%s\"]*afs_") or name == "__Host-session" or name == "__Secure-session")
    if not is_ours then kept[#kept + 1] = part:match("^%s*(.-)%s*$") end
end
headers["Cookie"] = #kept > 0 and table.concat(kept, "; ") or nil
if (" " .. (headers["Authorization"] or ""):lower()):find("[,%s]bearer[^a-z0-9]*afs_") then
    headers["Authorization"] = nil
end
