-- For haproxy.cfg (HAProxy 2.6 or newer), which has the lines that use these: a converter for paths, and two actions.
--     http-request lua.authfcgi_check /auth/forward txn.session    asks the gate: the path that is asked for, and the variable
--                                                                  that says afterwards that the answer was 200
--     http-request lua.authfcgi_hide_token txn.hidden              keeps our token from the application; the variable says that
--                                                                  it has
-- HAProxy goes on with a request if Lua fails. So each of them needs a line below it that refuses the request unless the variable
-- is set, and each check a variable of its own.
--
-- A client decides what stands in the headers, up to 32 kB. Patterns here must not be able to backtrack: HAProxy kills itself
-- if Lua keeps a thread for some seconds.

-- Where the gate listens.
local gate = "unix@/run/authfcgi/http.sock"

-- The decoded path as it is; no value if an application could read it as another one. Some cut it at NUL and leave other control
-- characters out, a backslash is a slash to some, and of what is no UTF-8 (%c0%af, %ff) some make a slash or a dot, or nothing.
core.register_converters("authfcgi_path", function(path)
    if not path:find("[%c\\]") and utf8.len(path) and not path:find("\xED[\xA0-\xBF]") then return path end
end)

-- What the gate says about the user. All six: one that is missing here reaches the application as the client sent it.
local identity = {
    "remote-user", "remote-groups", "remote-name", "remote-email", "x-auth-user-id", "x-auth-session-id",
}

-- What the gate is told of the client's request, besides where it leads.
local asked = {"authorization", "cookie", "accept", "accept-language", "sec-fetch-mode"}

-- What the client is told of the gate's answer, if that is another than 200.
local told = {
    "location", "www-authenticate", "set-cookie", "retry-after", "cache-control", "vary", "content-type",
    "content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy",
}

-- One value a header, however often the client has sent it: HAProxy 2.6 dies of more headers than tune.http.maxhdr. Of several
-- Authorization the gate gets two, which is what it refuses.
local function one(name, values)
    if name == "authorization" then return {values[1], values[2]} end
    return {table.concat(values, name == "cookie" and "; " or ", ")}
end

-- Without white space at both ends.
local function trim(text)
    local first = text:find("%S")
    return first and text:match("^.*%S", first) or ""
end

-- Asks once; nil if there is no answer. HAProxy has answers of its own for that case, and only the gate's 503 has Retry-After.
local function ask(path, headers)
    local answer = core.httpclient():get{url = "http://authfcgi" .. path, headers = headers, dst = gate, timeout = 3000}
    if not answer or not answer.status or answer.status < 200 then return nil end
    if answer.status >= 500 and not answer.headers["retry-after"] then return nil end
    return answer
end

-- 200 lets the request through, with the identity in place of the client's own headers. Every other answer goes to the client
-- as it is: the way to the sign-in page for a browser that loads a page, 401 for programs, 403, and 503.
core.register_action("authfcgi_check", {"http-req"}, function(txn, path, allowed)
    local sent = txn.http:req_get_headers()
    local headers = {
        ["x-forwarded-for"] = {txn.sf:src()},
        ["x-forwarded-proto"] = {txn.f:ssl_fc() == 1 and "https" or "http"},
        ["x-forwarded-host"] = {txn.sf:req_fhdr("host")},
        ["x-forwarded-method"] = {txn.sf:method()},
        ["x-forwarded-uri"] = {txn.sf:pathq()},
    }
    for _, name in ipairs(asked) do
        local values = {}
        for index = 0, #(sent[name] or {}) do values[#values + 1] = (sent[name] or {})[index] end
        if #values > 0 then headers[name] = one(name, values) end
    end

    -- A gate that is being restarted is asked again, for 2 s. A check may be asked any number of times.
    local answer = ask(path, headers)
    local until_ = core.now().sec + 2
    while not answer and core.now().sec <= until_ do
        core.msleep(50)
        answer = ask(path, headers)
    end

    for _, name in ipairs(identity) do txn.http:req_del_header(name) end
    if answer and answer.status == 200 then
        for _, name in ipairs(identity) do
            txn.http:req_set_header(name, answer.headers[name] and answer.headers[name][0] or "")
        end
        -- HAProxy leaves out what finds no room behind the client's headers, and does not say so.
        local there = txn.http:req_get_headers()
        for _, name in ipairs(identity) do
            if not there[name] then return txn:done(txn:reply{status = 431, headers = {["cache-control"] = {"no-store"}}}) end
        end
        txn:set_var(allowed, true)
        return
    end

    local reply = txn:reply()
    if answer then
        reply:set_status(answer.status)
        for _, name in ipairs(told) do
            local values = answer.headers[name] or {}
            for index = 0, #values do
                if values[index] then reply:add_header(name, values[index]) end
            end
        end
        if answer.body and #answer.body > 0 then reply:set_body(answer.body) end
    else
        reply:set_status(503)
        reply:add_header("retry-after", "2")
        reply:add_header("cache-control", "no-store")
    end
    txn:done(reply)
end, 2)

-- A token as it stands, wherever.
local token = "afs_" .. ("[%w_%-]"):rep(54)

-- A token that the application never receives cannot turn up in its logs. Other cookies, and an Authorization of the
-- application's own, pass. The session's cookie is known by its value, whatever its name. If a token is left after that (in a
-- cookie without a name, or behind a comma), no cookie goes at all.
core.register_action("authfcgi_hide_token", {"http-req"}, function(txn, hidden)
    local sent = txn.http:req_get_headers()
    local kept = {}
    for index = 0, #(sent["cookie"] or {}) do
        for part in ((sent["cookie"] or {})[index] or ""):gmatch("[^;]+") do
            part = trim(part)
            local equals = part:find("=", 1, true)
            local name, value = equals and trim(part:sub(1, equals - 1)), equals and part:sub(equals + 1)
            local is_ours = value and (value:find("^[%s\"]*afs_") or name == "__Host-session" or name == "__Secure-session")
            if not is_ours then kept[#kept + 1] = part end
        end
    end
    txn.http:req_del_header("cookie")
    local cookie = table.concat(kept, "; ")
    if #kept > 0 and not cookie:find(token) then txn.http:req_add_header("cookie", cookie) end

    for index = 0, #(sent["authorization"] or {}) do
        local value = ((sent["authorization"] or {})[index] or ""):lower()
        if (" " .. value):find("[,%s]bearer[^a-z0-9]*afs_") then txn.http:req_del_header("authorization") end
    end
    txn:set_var(hidden, true)
end, 1)
