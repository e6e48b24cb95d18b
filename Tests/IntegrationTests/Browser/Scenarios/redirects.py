"""Where the sign-in page sends people, and whom the gate sends there."""

from urllib.parse import quote

from scene import is_sign_in, is_signed_in, path, require, scenario, text

EVIL = "evil.test"
# What follows rd=, each also percent-encoded. Places on another site, spelled in every way that has deceived a check.
TARGETS = [
    f"//{EVIL}", f"///{EVIL}", f"////{EVIL}", f"/\\{EVIL}", f"\\/{EVIL}", f"\\\\{EVIL}", f"\\{EVIL}", f"/\\/{EVIL}",
    f"/\\\\{EVIL}", f"//\\{EVIL}", f"/ /{EVIL}", f"/\t/{EVIL}", f"/\n/{EVIL}", f"/\r/{EVIL}", f"\t//{EVIL}",
    f" //{EVIL}", f"\n//{EVIL}", f"\r\n//{EVIL}", f"\x00//{EVIL}", f"/\x00/{EVIL}", f"/\x0b/{EVIL}", f"/\x7f/{EVIL}",
    f"https://{EVIL}", f"http://{EVIL}", f"HTTPS://{EVIL}", f"https:{EVIL}", f"https:/{EVIL}", f"https:///{EVIL}",
    f"https:\\\\{EVIL}", f"https:\\/{EVIL}", f"ht\ttps://{EVIL}", f"https://app.example.test@{EVIL}/",
    f"https://app.example.test:x@{EVIL}/", f"//app.example.test@{EVIL}", f"https://{EVIL}#app.example.test",
    f"https://{EVIL}?app.example.test", f"https://app.example.test.{EVIL}/", f"https://{EVIL}\\@app.example.test/",
    f"https://app.example.test\\@{EVIL}/", f"https://app.example.test%40{EVIL}/", f"ftp://{EVIL}", f"//{EVIL}:443/",
    f"javascript:location='https://{EVIL}'", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "vbscript:x", f"view-source:https://{EVIL}", "about:blank", "blob:x",
    f"/%2f{EVIL}", f"/%2F{EVIL}", f"%2f%2f{EVIL}", f"/%5c{EVIL}", f"%5c%5c{EVIL}", f"/%09/{EVIL}", f"/%0a/{EVIL}",
    f"/%0d%0aLocation:%20https://{EVIL}", f"/%00/{EVIL}", f"/%252f{EVIL}", f"%252f%252f{EVIL}", f"/%255c{EVIL}",
    f"/.//{EVIL}", f"/..//{EVIL}", f"/./\\{EVIL}", f"/x/..//{EVIL}", f"/x/../..//{EVIL}", f"/%2e//{EVIL}",
    f"/%2e%2e//{EVIL}", f"/;/{EVIL}", f"/.{EVIL}", f".{EVIL}", f"@{EVIL}", f":@{EVIL}", f"/@{EVIL}", f"?//{EVIL}", f"#//{EVIL}",
    f"\u2044\u2044{EVIL}", f"/\u2215{EVIL}", f"\uff0f\uff0f{EVIL}", f"/\uff0f{EVIL}", f"/\uff3c{EVIL}", f"//evil\u3002test",
    f"//evil\uff0etest", f"https://evil\u3002test", f"/\u00a0/{EVIL}", f"/\u200b/{EVIL}", f"/\u202e/{EVIL}", f"\ufeff//{EVIL}",
    f"/\u2028/{EVIL}", "//127.0.0.1", "//[::1]", "//0x7f000001", "//localhost", f"//{EVIL}%00.app.example.test", "",
]


@scenario
def no_redirect_leaves_the_site(scene):
    """No spelling of rd leads a person to another site."""
    page = scene.page()
    scene.sign_in(page, "ann")
    visited = []
    page.on("request", lambda request: visited.append(request.url) if request.is_navigation_request() else None)
    wrong = []
    for number, target in enumerate(TARGETS):
        escaped = quote(target, safe="")
        # Escaped twice a target is a path of this site for whoever unescapes once, as the gate does with all: one in three will do.
        for spelled in {target, escaped} | ({quote(escaped, safe="")} if number % 3 == 0 else set()):
            # Not one of many rounds, which the gate would end.
            page.context.clear_cookies(name="authfcgi_rounds")
            visited.clear()
            try:
                # Where the way ends is known before that page is there; the pages have no scripts that lead further.
                page.goto(f"{scene.site}/auth/login?rd={spelled}", wait_until="commit")
                require(not path(page).startswith("/auth/login"), f"{spelled!r} leads somewhere, not to {page.url}")
            except AssertionError:
                raise
            except Exception as error:
                visited.append(f"failed: {error}".splitlines()[0])
            wrong += [f"{spelled!r} leads to {url}" for url in visited if not url.startswith(scene.site + "/")]
    require(not wrong, "; ".join(wrong[:10]))


@scenario
def no_form_leaves_the_site(scene):
    """The same holds for the hidden field of the form."""
    page = scene.page()
    wrong, visited = [], []
    page.on("request", lambda request: visited.append(request.url) if request.is_navigation_request() else None)
    for target in TARGETS[::8]:
        status, headers, _ = scene.ask("/auth/login", {"username": "ann", "password": scene.password, "rd": target})
        location = dict(headers).get("Location")
        require(status == 303 and location, f"{target!r}: {status}, {location!r}")
        page.goto(scene.site + "/auth/logout")
        visited.clear()
        try:
            with page.expect_navigation():
                page.evaluate("location => { window.location.href = location }", location)
        except Exception as error:
            visited.append(f"failed: {error}".splitlines()[0])
        wrong += [f"{target!r} leads to {url}" for url in visited if not url.startswith(scene.site + "/")]
    require(not wrong, "; ".join(wrong[:10]))


@scenario
def signed_in_goes_straight_back(scene):
    """Who is signed in and comes to the sign-in page goes straight to the place."""
    page = scene.page()
    scene.sign_in(page, "ann")
    page.goto(scene.site + "/auth/login?rd=/report?a=1&b=2")
    require(path(page) == "/report?a=1&b=2" and is_signed_in(page, "ann"), f"{page.url} is the place")


@scenario
def only_page_loads_are_redirected(scene):
    """A page load leads to the sign-in page; what a script or an image asks for gets the bare 401 at the same address."""
    page = scene.page()
    page.goto(scene.site + "/public/page")
    for place in ["/report", "/api/report"]:
        status = page.evaluate(
            "async place => { const answer = await fetch(place); return [answer.status, answer.redirected] }", place)
        require(status == [401, False], f"fetch({place}) gets {status}")
    image = page.evaluate(
        """async () => {
            const image = new Image(), answer = new Promise(done => image.onerror = () => done('refused'))
            image.src = '/picture.png'
            return await answer
        }""")
    require(image == "refused", "an image is refused")
    page.goto(scene.site + "/report")
    require(is_sign_in(page), "the page itself leads to the sign-in page")
    answer = page.goto(scene.site + "/api/report")
    require(answer.status == 401 and path(page) == "/api/report", "a location for programs gives 401 to all")


@scenario
def page_for_others(scene):
    """Who is signed in and may not see a page gets 403 at its address, and stays signed in."""
    page = scene.page()
    page.goto(scene.site + "/admin/users")
    require(is_sign_in(page), "who is not signed in is asked to")
    answer = scene.fill_in(page, "ann")
    require(answer.status == 403 and path(page) == "/admin/users", f"{answer.status} at {page.url}")
    require("Remote-User" not in text(page), "the application is not asked")
    page.goto(scene.site + "/page")
    require(is_signed_in(page, "ann"), "other pages are there")
