"""A person's own page: sessions, password, and links for a new one."""

from scene import (
    act, first_answer, form_with, is_signed_in, is_signed_out, path, require, scenario, submit, text, without_checks)


CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def own_page(scene, page):
    page.goto(scene.site + "/auth/account")
    require(path(page) == "/auth/account", f"{page.url} is the account page")


@scenario
def account_page(scene):
    """The account page shows who it is, and each session with its device and address, this one marked."""
    page = scene.page(user_agent=CHROME)
    scene.sign_in(page, "erin")
    own_page(scene, page)
    shown = text(page)
    for what in ["erin", "Erin Example", "erin@example.com", "staff", "Chrome", "Linux", "127.0.0.1"]:
        require(what in shown, f"the page shows {what}")
    page.goto(scene.site + "/page")
    require(is_signed_in(page, "erin"), "nothing has changed")


@scenario
def sign_out_everywhere(scene):
    """Signing out everywhere on one browser ends the session of the other one."""
    one, two = scene.page(), scene.page()
    scene.sign_in(one, "frank")
    scene.sign_in(two, "frank")
    own_page(scene, two)
    answer = act(two, "all")
    require(first_answer(answer).status == 303, "the form is answered by 303")
    require(path(two).startswith("/auth/log"), f"{two.url} is a page for those who are signed out")
    for page in [one, two]:
        require(is_signed_out(page, scene.site + "/page"), "signed out on both")


@scenario
def end_of_one_session(scene):
    """A session that is ended on another browser's page is over, and the others go on."""
    pages = [scene.page(), scene.page(), scene.page()]
    for page in pages:
        scene.sign_in(page, "gina")
    ids = [text_of_header(scene, page, "X-Auth-Session-Id") for page in pages]
    own_page(scene, pages[0])
    answer = act(pages[0], "end", session=ids[1])
    require(first_answer(answer).status == 303 and path(pages[0]).startswith("/auth/account"), "back on the page")
    require(ids[1] not in pages[0].content(), "the session is not listed any more")
    require("The session has ended." in text(pages[0]), "the page says so")
    pages[0].reload()
    require("The session has ended." not in text(pages[0]), "and says it once")
    require(is_signed_out(pages[1], scene.site + "/page"), "the one session has ended")
    for page in [pages[0], pages[2]]:
        page.goto(scene.site + "/page")
        require(is_signed_in(page, "gina"), "the one session alone")
    own_page(scene, pages[0])
    act(pages[0], "others")
    for page in pages[1:]:
        require(is_signed_out(page, scene.site + "/page"), "all others have ended")
    pages[0].goto(scene.site + "/page")
    require(is_signed_in(pages[0], "gina"), "this one goes on")


@scenario
def two_users_in_two_tabs(scene):
    """A page that shows one user changes nothing for another one who has signed in since."""
    page = scene.page()
    scene.sign_in(page, "ann")
    own_page(scene, page)
    other = page.context.new_page()
    other.goto(scene.site + "/auth/logout")
    submit(other, other.locator("form[method=post]"))
    scene.sign_in(other, "carol")
    answer = act(page, "all")
    require(answer.status == 409 and page.locator("[role=alert]").count() == 1, f"nothing is done: {answer.status}")
    require("Carol Example" in text(page), "the page is carol's now")
    other.goto(scene.site + "/page")
    require(is_signed_in(other, "carol"), "carol is still signed in")


@scenario
def session_that_ended_elsewhere(scene):
    """A form of a person whose session has ended elsewhere leads to the sign-in page, which says that nothing was done."""
    one, two = scene.page(), scene.page()
    scene.sign_in(one, "iris")
    scene.sign_in(two, "iris")
    own_page(scene, one)
    own_page(scene, two)
    act(two, "others")
    require(is_signed_out(one.context.new_page(), scene.site + "/page"), "the session has ended")
    answer = act(one, "others")
    require(answer.status == 401 and "nothing was changed" in text(one), f"the page says so: {text(one)!r}")
    scene.fill_in(one, "iris")
    require(path(one) == "/auth/account", f"{one.url} is the account page")


@scenario
def messages_of_links(scene):
    """No link has a page say that something was done."""
    page = scene.page()
    page.goto(scene.site + "/auth/login?rd=%2Fauth%2Faccount%3Fdone%3Dpassword")
    scene.fill_in(page, "ann")
    require(path(page).startswith("/auth/account"), f"{page.url} is the account page")
    require(page.locator("#message").count() == 0, "no message is shown")
    page.goto(scene.site + "/auth/logout?done=1")
    require(page.locator("form[method=post]").count() == 1, "who is signed in is not told to be signed out")
    page.goto(scene.site + "/auth/reset?done=1")
    require("password is set" not in text(page), "no password was set")


def text_of_header(scene, page, name):
    """What the application was told in a header."""
    page.goto(scene.site + "/page")
    lines = [line for line in text(page).splitlines() if line.lower().startswith(name.lower() + ": ")]
    require(len(lines) == 1, f"the application was told {name}")
    return lines[0].split(": ", 1)[1].strip()


def change(page, current, new, repeated=None):
    without_checks(page)
    page.fill("[name=current_password]", current)
    page.fill("[name=new_password]", new)
    page.fill("[name=repeated_password]", repeated or new)
    return submit(page, form_with(page, "current_password"))


def is_refused(page, answer):
    """True if the answer is the page again, with the reason."""
    return 400 <= answer.status < 500 and page.locator("[role=alert]").count() > 0


@scenario
def change_of_the_password(scene):
    """The password is changed by the form; wrong input is explained; the other sessions end, this one goes on."""
    one, two = scene.page(), scene.page()
    user = scene.own("hugo")
    scene.sign_in(one, user)
    scene.sign_in(two, user)
    new = "a new horse with another battery"
    own_page(scene, one)
    answer = change(one, "not-the-password", new)
    require(is_refused(one, answer), f"a wrong password: {answer.status}")
    answer = change(one, scene.password, new, "something else entirely")
    require(is_refused(one, answer), f"two that differ: {answer.status}")
    answer = change(one, scene.password, "short")
    require(is_refused(one, answer), f"one that is too short: {answer.status}")
    require("15" in one.locator("[role=alert]").first.inner_text(), "the page says how long it must be")
    answer = change(one, scene.password, new)
    require(answer.status == 200 and one.locator("[role=alert]").count() == 0, f"changed: {answer.status}")
    require(is_signed_out(two, scene.site + "/page"), "the other session has ended")
    one.goto(scene.site + "/page")
    require(is_signed_in(one, user), "this one goes on")
    scene.fill_in(two, user, new)
    require(is_signed_in(two, user), "the new password is the password")


@scenario
def link_for_a_new_password(scene):
    """A link from the administrator lets a person choose a password, once, and ends their sessions."""
    old, page = scene.page(), scene.page()
    user = scene.own("dora")
    scene.sign_in(old, user)
    link = scene.site + scene.settings["reset"]
    new = "dora's own new battery staple"
    answer = page.goto(link)
    require(answer.status == 200 and page.locator("[name=new_password]").count() == 1, "the page has the form")
    page.goto(link)
    for first, second in [(new, "something else"), ("short", "short")]:
        without_checks(page)
        page.fill("[name=new_password]", first)
        page.fill("[name=repeated_password]", second)
        answer = submit(page, form_with(page, "new_password"))
        require(is_refused(page, answer), f"refused: {answer.status}")
    page.fill("[name=new_password]", new)
    page.fill("[name=repeated_password]", new)
    answer = submit(page, form_with(page, "new_password"))
    require(answer.status == 200 and page.locator("[name=new_password]").count() == 0, f"set: {answer.status}")
    require(scene.settings["reset"].split("code=")[1] not in page.content(), "the code is not on the page")
    page.goto(link)
    require(page.locator("[name=new_password]").count() == 0, "the link works once")
    require("may be set already" in text(page) and page.locator("a[href='/auth/login']").count() == 1, "it may have been that")
    require(is_signed_out(old, scene.site + "/page"), "the old session has ended")
    scene.sign_in(page, user, password=new)
    require(is_signed_in(page, user), "the new password is the password")
