-- For lighttpd.conf, and used by authfcgi-identity.lua: takes our token out of Cookie and Authorization. A token that the application
-- never receives cannot turn up in its logs. Other cookies, and an Authorization of the application's own, pass. The session's
-- cookie is known by its value, whatever its name.

-- The text without spaces around it. In linear time, as everything here has to be: lighttpd serves nobody else meanwhile.
local function trim(text)
    local first = text:find("%S")
    return first and text:match("^.*%S", first) or ""
end

local headers = lighty.r.req_header
local kept = {}
for part in (headers["Cookie"] or ""):gmatch("[^;]+") do
    part = trim(part)
    local equals = part:find("=", 1, true)
    local name, value = equals and trim(part:sub(1, equals - 1)), equals and part:sub(equals + 1)
    local is_ours = value and (value:find("^[%s\"]*afs_") or name == "__Host-session" or name == "__Secure-session")
    if not is_ours and part ~= "" then kept[#kept + 1] = part end
end
local cookies = table.concat(kept, "; ")
-- Where a token is left that is no cookie's value, no cookie goes at all.
local has_token = cookies:find("afs_" .. ("[%w_-]"):rep(54))
headers["Cookie"] = cookies ~= "" and not has_token and cookies or nil
if (" " .. (headers["Authorization"] or ""):lower()):find("[,%s]bearer[^a-z0-9]*afs_") then
    headers["Authorization"] = nil
end
