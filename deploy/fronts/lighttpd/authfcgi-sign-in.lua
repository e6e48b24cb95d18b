-- For lighttpd.conf: a browser that loads a page and is not signed in is sent to the sign-in page, whose address the gate has given.
-- Everything else, such as fetch(), images and programs, gets the bare 401.
local r = lighty.r
local place = r.resp_header["X-Auth-Location"]
if place and r.req_item["http_status"] == 401 then
    local mode, accept = r.req_header["Sec-Fetch-Mode"], r.req_header["Accept"]
    if mode == "navigate" or (not mode and accept and accept:lower():find("text/html", 1, true)) then
        r.resp_header["Location"] = place
        r.resp_header["Vary"] = "Sec-Fetch-Mode, Accept"
        return 302
    end
end
return 0
