"""Signing in and out."""

from scene import (
    first_answer, form_with, is_sign_in, is_signed_in, path, require, scenario, send, session_cookie, submit, text)


@scenario
def sign_in_keeps_the_address(scene):
    """A person signs in and arrives at the address they had asked for, with its query."""
    page = scene.page()
    asked = "/report?year=1&month=2&q=a%26b%3Fc%20d&next=//x"
    answer = scene.sign_in(page, "ann", path=asked)
    require(page.url == scene.site + asked, f"{page.url} is the address")
    require(is_signed_in(page, "ann"), "the application knows who it is")
    require("afs_" not in text(page), "the application does not see the token")
    require(first_answer(answer).status == 303, "the form is answered by 303")
    require(not scene.policy_violations, f"no violation of the policy: {scene.policy_violations}")


@scenario
def token_is_only_in_the_cookie(scene):
    """The answer to the form has the token in Set-Cookie alone."""
    status, headers, body = scene.ask("/auth/login", {"username": "ann", "password": scene.password, "rd": "/"})
    require(status == 303, f"303, not {status}")
    require("afs_" not in body, "no token in the body")
    holding = [name.lower() for name, value in headers if "afs_" in value]
    require(holding == ["set-cookie"], f"the token is in {holding}")


@scenario
def wrong_password(scene):
    """After a wrong password the page says so, keeps the name, and the right one leads to the address."""
    page = scene.page()
    answer = scene.sign_in(page, "ann", path="/report?a=1&b=2", password="not-the-password")
    require(answer.status == 401, f"401, not {answer.status}")
    require("www-authenticate" not in answer.headers, "no dialogue of the browser")
    require(page.locator("[role=alert]").first.is_visible(), "the page has an alert")
    require(page.input_value("input[name=username]") == "ann", "the name is kept")
    require(page.input_value("input[name=password]") == "", "the password is not")
    require(session_cookie(page.context) is None, "nobody is signed in")
    scene.fill_in(page, "ann")
    require(path(page) == "/report?a=1&b=2" and is_signed_in(page, "ann"), "the right password leads to the address")


@scenario
def name_is_escaped(scene):
    """What was typed comes back as text."""
    page = scene.page()
    name = "\"><script>document.title='x'</script>&amp;'"
    scene.sign_in(page, name, password="whatever")
    require(page.input_value("input[name=username]") == name, "the name is kept letter by letter")
    require(page.locator("script").count() == 0 and page.title() != "x", "it is no markup")


@scenario
def throttled(scene):
    """After many wrong passwords the page says how long to wait."""
    page = scene.page()
    user = scene.own("bob")
    for _ in range(10):
        scene.ask("/auth/login", {"username": user, "password": "wrong"})
    answer = scene.sign_in(page, user, password="wrong")
    require(answer.status == 429, f"429, not {answer.status}")
    seconds = answer.headers["retry-after"]
    alert = page.locator("[role=alert]").first.inner_text()
    require(("one" if seconds == "1" else seconds) + " second" in alert, f"the alert says {seconds}: {alert!r}")
    require(page.input_value("input[name=username]") == user, "the name is kept")


@scenario
def sign_out(scene):
    """The page for signing out has a button; looking at it changes nothing; pressing it ends the session."""
    page = scene.page()
    scene.sign_in(page, "ann")
    page.goto(scene.site + "/auth/logout")
    require(page.locator("form[method=post]").count() == 1, "a form with a button")
    page.goto(scene.site + "/page")
    require(is_signed_in(page, "ann"), "the page itself signs nobody out")
    page.goto(scene.site + "/auth/logout")
    answer = submit(page, page.locator("form[method=post]"))
    require(first_answer(answer).status == 303 and path(page) == "/auth/logout?done=1", "it leads to the last page")
    require("clear-site-data" in first_answer(answer).all_headers(), "what the browser keeps is cleared")
    require(session_cookie(page.context) is None, "the cookie is gone")
    page.goto(scene.site + "/page")
    require(is_sign_in(page), "nobody is signed in")


@scenario
def back_button_shows_nothing(scene):
    """After the sign-out the back button does not show a page of the account."""
    page = scene.page()
    scene.sign_in(page, "ann")
    page.goto(scene.site + "/auth/account")
    require("ann" in text(page), "the account page shows who it is")
    page.goto(scene.site + "/auth/logout")
    submit(page, page.locator("form[method=post]"))
    for _ in range(2):
        page.go_back()
        shown = text(page)
        require(page.locator("[name=current_password]").count() == 0, f"no account page: {shown!r}")
    page.goto(scene.site + "/auth/account")
    require(is_sign_in(page), "the account page asks to sign in")


@scenario
def somebody_else(scene):
    """Signing in as somebody else ends the session that the browser had."""
    page = scene.page()
    scene.sign_in(page, "ann")
    old = session_cookie(page.context)["value"]
    send(page, "/auth/login", {"username": "carol", "password": scene.password, "rd": "/page"})
    page.goto(scene.site + "/page")
    require(is_signed_in(page, "carol"), "the browser is carol's")
    status, _, _ = scene.ask("/auth/me", headers={"Authorization": f"Bearer {old}"})
    require(status == 401, f"ann's session has ended: {status}")


@scenario
def without_javascript(scene):
    """Everything works without JavaScript."""
    page = scene.page(java_script_enabled=False)
    scene.sign_in(page, "ann", path="/report?a=1&b=2", password="wrong")
    require(is_sign_in(page), "the page is there again")
    scene.fill_in(page, "ann")
    require(path(page) == "/report?a=1&b=2" and is_signed_in(page, "ann"), "signed in")
    page.goto(scene.site + "/auth/account")
    require(form_with(page, "current_password").count() == 1, "the account page is there")
    page.goto(scene.site + "/auth/logout")
    submit(page, page.locator("form[method=post]"))
    page.goto(scene.site + "/page")
    require(is_sign_in(page), "signed out")
