-- For apache.conf: refuses some paths, and removes what the client says about identity.
function strip(r)
    -- What an application could read as another path than Apache does. Some leave control characters out, a backslash is a slash to
    -- some, and of what is no UTF-8 (%c0%af, %ff) some make a slash or a dot, or nothing.
    if r.uri:find("[%c\\]") or not utf8.len(r.uri) or r.uri:find("\xED[\xA0-\xBF]") then return 400 end

    -- CGI, PHP and WSGI read Remote_User, Remote.User and the like as Remote-User: a header with any other sign in its name than
    -- letters, digits and hyphens is removed.
    local names = {}
    for name in pairs(r:headers_in_table()) do names[#names + 1] = name end
    for _, name in ipairs(names) do
        if name:find("[^%w-]") then r.headers_in[name] = nil end
    end
    -- Headers named here are for the next server alone: Apache would take our own away.
    local connection = (r.headers_in["Connection"] or ""):lower()
    if connection:find("remote-", 1, true) or connection:find("x-auth-", 1, true) then r.headers_in["Connection"] = nil end
    return apache2.DECLINED
end

-- A browser that loads a page and is not signed in is sent to the sign-in page, whose address the gate has given. Everything else, such
-- as fetch(), images and programs, gets the bare 401.
function sign_in(r)
    local place = r.err_headers_out["X-Auth-Location"]
    local mode, accept = r.headers_in["Sec-Fetch-Mode"], r.headers_in["Accept"]
    if not place then
        r.status = 404
    elseif mode == "navigate" or (not mode and accept and accept:lower():find("text/html", 1, true)) then
        r.headers_out["Location"] = place
        r.headers_out["Vary"] = "Sec-Fetch-Mode, Accept"
        r.status = 302
    else
        r.status = 401
    end
    return apache2.OK
end
