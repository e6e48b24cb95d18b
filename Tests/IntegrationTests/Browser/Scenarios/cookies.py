"""The session's cookie as the browser has it, and several host names."""

import time
from urllib.parse import quote

from scene import is_sign_in, is_signed_in, require, scenario, session_cookie, submit, text


@scenario
def cookie_of_one_host(scene):
    """The cookie is bound to the host, hidden from scripts, for https alone, and ends with the browser."""
    page = scene.page()
    scene.sign_in(page, "ann")
    cookie = session_cookie(page.context)
    expected = {"name": "__Host-session", "domain": "app.example.test", "path": "/", "expires": -1, "httpOnly": True,
                "secure": True, "sameSite": "Lax"}
    require({key: cookie[key] for key in expected} == expected, f"the cookie has {expected}")
    require("session" not in page.evaluate("document.cookie"), "scripts do not see it")


@scenario
def remembered(scene):
    """With "keep me signed in" the cookie outlives the browser."""
    page = scene.page()
    scene.sign_in(page, "ann", remember=True)
    cookie = session_cookie(page.context)
    require(cookie["expires"] > time.time() + 3600, f"it expires at {cookie['expires']}")
    kept = page.context.storage_state()
    kept["cookies"] = [cookie for cookie in kept["cookies"] if cookie["expires"] > 0]
    again = scene.page(storage_state=kept)
    again.goto(scene.site + "/page")
    require(is_signed_in(again, "ann"), "after a restart of the browser the person is signed in")


@scenario
def one_login_for_two_hosts(scene):
    """With COOKIE_DOMAIN a login counts on all host names of the domain, and so does a sign-out."""
    here, there = scene.settings["domain"]
    page = scene.page()
    scene.sign_in(page, "ann", site=here)
    cookie = session_cookie(page.context)
    require((cookie["name"], cookie["domain"]) == ("__Secure-session", ".example.test"), f"the domain's cookie: {cookie['name']}")
    require(cookie["secure"] and cookie["httpOnly"] and cookie["sameSite"] == "Lax", "and otherwise the same")
    page.goto(there + "/page")
    require(is_signed_in(page, "ann"), "signed in on the other host")
    require("afs_" not in text(page), "the application does not see the token")
    page.goto(there + "/auth/logout")
    submit(page, page.locator("form[method=post]"))
    require(session_cookie(page.context) is None, "the cookie is gone")
    page.goto(here + "/page")
    require(is_sign_in(page), "signed out on the first one, which does not speak of a dropped cookie")
    scene.fill_in(page, "ann")
    require(page.url == here + "/page" and is_signed_in(page, "ann"), "and signed in there again")


@scenario
def back_to_the_other_host(scene):
    """The sign-in page of one host leads back to another one that is allowed, and to no other."""
    here, there = scene.settings["domain"]
    page = scene.page()
    page.goto(f"{here}/auth/login?rd={quote(there + '/report?a=1&b=2', safe='')}")
    scene.fill_in(page, "ann")
    require(page.url == f"{there}/report?a=1&b=2", f"{page.url} is on the other host")
    require(not scene.policy_violations, f"no violation of the policy: {scene.policy_violations}")
    page = scene.page()
    page.goto(f"{here}/auth/login?rd=https://third.example.test/")
    scene.fill_in(page, "ann")
    require(page.url == here + "/", f"{page.url} is this site's own")


@scenario
def contradicting_cookies(scene):
    """Who has two session cookies signs in once more, and is signed in."""
    here, there = scene.settings["domain"]
    page = scene.page()
    scene.sign_in(page, "ann", site=here)
    stale = {"name": "__Secure-session", "value": "afs_" + "A" * 54, "url": here, "secure": True, "httpOnly": True}
    page.context.add_cookies([stale])
    page.goto(here + "/page")
    require(is_sign_in(page), "neither cookie is believed")
    scene.fill_in(page, "ann")
    require(is_signed_in(page, "ann"), "one login is enough")
    require(session_cookie(page.context)["value"] != stale["value"], "the stale one is gone")
    page.goto(there + "/page")
    require(is_signed_in(page, "ann"), "on the other host too")


@scenario
def contradicting_cookie_of_a_path(scene):
    """A host of the domain can set a cookie for one path. Who signs in there is signed in, also on the account page."""
    here, _ = scene.settings["domain"]
    page = scene.page()
    scene.sign_in(page, "ann", site=here)
    for place in ["/page/a/b", "/auth/account"]:
        for planted in [place, place.rsplit("/", 1)[0], place.rsplit("/", 1)[0] + "/"]:
            page.context.add_cookies([{"name": "__Secure-session", "value": "afs_bogus", "domain": ".example.test",
                                       "path": planted, "secure": True}])
            page.goto(here + place)
            if is_sign_in(page):
                scene.fill_in(page, "ann")
            require(page.url == here + place and "ann" in text(page), f"{planted}: one login is enough at {place}: {page.url}")
            page.goto(here + "/page")
            require(is_signed_in(page, "ann"), f"{planted}: and elsewhere")
            page.context.clear_cookies(path=planted)
            # Not one of many rounds, which the gate would end.
            page.context.clear_cookies(name="authfcgi_rounds")


@scenario
def several_tabs(scene):
    """Who signs in in one of several tabs loads the others again, and each shows its page."""
    first = scene.page()
    tabs = [first] + [first.context.new_page() for _ in range(2)]
    for number, tab in enumerate(tabs):
        tab.goto(f"{scene.site}/page?tab={number}")
    scene.fill_in(first, "ann")
    for number, tab in enumerate(tabs):
        tab.reload()
        require(is_signed_in(tab, "ann") and tab.url.endswith(f"?tab={number}"), f"tab {number} shows {tab.url}: {text(tab)[:200]}")


@scenario
def plain_http(scene):
    """With COOKIE_SECURE=off a person signs in and out on plain http."""
    site = scene.settings["plain"]
    page = scene.page()
    scene.sign_in(page, "ann", site=site, path="/report?a=1&b=2")
    require(page.url == site + "/report?a=1&b=2" and is_signed_in(page, "ann"), "signed in")
    cookie = session_cookie(page.context)
    require((cookie["name"], cookie["secure"], cookie["httpOnly"]) == ("session", False, True), f"{cookie['name']}")
    require("afs_" not in text(page), "the application does not see the token")
    page.goto(site + "/auth/logout")
    submit(page, page.locator("form[method=post]"))
    page.goto(site + "/page")
    require(is_sign_in(page), "signed out")


@scenario
def dropped_cookie(scene):
    """Where the browser drops the cookie, a page says so after the second login, instead of asking again and again."""
    page = scene.page()
    page.goto(scene.settings["misconfigured"] + "/page")
    rounds = 0
    while is_sign_in(page):
        rounds += 1
        require(rounds <= 4, "the page asks again and again")
        scene.fill_in(page, "ann")
    require(rounds == 2, f"a person may have signed out on another host after one login, and not after {rounds}")
    require("cookie" in text(page).lower(), "the page speaks of the cookie")
    require("http" in text(page).lower(), "and of http")
