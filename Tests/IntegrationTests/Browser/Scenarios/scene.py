"""What scenarios share: the addresses, browser profiles, and what a person does on the pages."""

import http.client
import json
import ssl
import time
from urllib.parse import urlencode, urlsplit


def scenario(function):
    """Marks a function as a scenario."""
    function.is_scenario = True
    return function


def require(condition, what):
    """Ends the scenario with a problem unless the condition is true."""
    if not condition:
        raise AssertionError(what)


class Scene:
    """A run of one scenario.

    Settings:
      prefix         what precedes the names of the scenarios in the output
      chromium       the browser's executable
      scenarios      the names of the scenarios to run
      site           https, default settings
      beside         another site in front of the gate of `site`
      domain         https, two host names, COOKIE_DOMAIN is their domain, and the second one is in REDIRECT_ORIGINS
      plain          http, COOKIE_SECURE=off
      misconfigured  http with default settings, on a name that is not localhost
      password       the password of all users
      own            what follows the names of users whom a scenario changes: see own()
      reset          the path of a link for a new password of "dora", with `own`
      look           the path of another link for a new password, which is only looked at
      used           the path of a link that is none any more
      pictures       a folder for pictures of all pages and one for those of the documentation, or null
    """

    def __init__(self, browser, settings):
        self.browser = browser
        self.settings = settings
        self.site = settings.get("site", "")
        self.password = settings.get("password", "")
        self.profiles = []
        self.secrets = set()
        self.policy_violations = []

    def profile(self, **options):
        """A person's browser: nothing is shared with another one."""
        context = self.browser.new_context(ignore_https_errors=True, **options)
        context.set_default_timeout(15_000)
        context.on("console", self._note)
        self.profiles.append(context)
        return context

    def page(self, **options):
        """A page of a new profile."""
        return self.profile(**options).new_page()

    def _note(self, message):
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.policy_violations.append(message.text)

    def own(self, user):
        """The user of that name whom only this run of the scenario changes: by a new password, or by wrong ones."""
        return user + self.settings.get("own", "")

    @property
    def description(self):
        """What the pages show, for a problem. Without secrets."""
        pages = [page for profile in self.profiles for page in profile.pages]
        return "; ".join(f"{page.url}: {text(page)[:200]!r}" for page in pages).replace("afs_", "(token)")

    def step(self, name):
        """Says to the tests that a scenario has come so far."""
        print(json.dumps({"step": name}), flush=True)

    def close(self):
        """Ends all profiles; returns the tokens that the browsers had."""
        for profile in self.profiles:
            self.secrets |= {cookie["value"] for cookie in profile.cookies() if cookie["value"].startswith("afs_")}
            profile.close()
        return sorted(self.secrets)

    def ask(self, path, form=None, headers=None):
        """Asks the site without a browser, as a form of its own page would. Returns status, headers and body."""
        place = urlsplit(self.site)
        connection = http.client.HTTPSConnection("127.0.0.1", place.port, context=ssl._create_unverified_context())
        own = {"Host": place.netloc, "Origin": self.site, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        if form is not None:
            own["Content-Type"] = "application/x-www-form-urlencoded"
        body = None if form is None else urlencode(form)
        connection.request("GET" if form is None else "POST", path, body, {**own, **(headers or {})})
        answer = connection.getresponse()
        try:
            return answer.status, answer.getheaders(), answer.read().decode()
        finally:
            connection.close()

    # What a person does.

    def sign_in(self, page, user, site=None, path="/", password=None, remember=False):
        """Opens a protected page and signs in on the page to which that leads. Returns the last answer."""
        page.goto((site or self.site) + path)
        require(is_sign_in(page), "a protected page leads to the sign-in page")
        return self.fill_in(page, user, password, remember)

    def fill_in(self, page, user, password=None, remember=False):
        """Fills in the form for signing in and sends it. Returns the last answer."""
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", password or self.password)
        page.set_checked("input[name=remember]", remember)
        answer = submit(page, form_with(page, "password"))
        self.secrets |= {cookie["value"] for cookie in page.context.cookies() if cookie["value"].startswith("afs_")}
        return answer


def send(page, path, form):
    """Sends a form by a script of the page, which follows no redirect. The browser keeps the cookies of the answer."""
    page.evaluate(
        """async ([path, form]) => {
            await fetch(path, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })
        }""", [path, form])


def text(page):
    """What a person reads on the page, as far as it is there."""
    try:
        return page.inner_text("body", timeout=5_000)
    except Exception as error:
        return f"no text: {error}"


def path(page):
    return "/" + page.url.split("/", 3)[3]


def is_sign_in(page):
    """True if the page is the one for signing in."""
    return path(page).startswith("/auth/login") and page.locator("input[name=password]").count() == 1


def is_signed_in(page, user):
    """True if the page is one of the application, which says what nginx has told it."""
    return f"Remote-User: {user}" in text(page)


def is_signed_out(page, address):
    """True if a protected page leads to the sign-in page within the second after which an end counts everywhere."""
    end = time.monotonic() + 1.1
    while True:
        page.goto(address)
        if is_sign_in(page):
            return True
        if time.monotonic() > end:
            return False
        page.wait_for_timeout(20)


def without_checks(page):
    """The browser sends forms as they are, like one that knows none of the attributes by which it would not."""
    page.evaluate("() => { for (const form of document.forms) form.noValidate = true }")


def form_with(page, field):
    return page.locator(f"form:has([name={field}])").first


def submit(page, form):
    """Presses the button of a form; returns the last answer."""
    return press(page, form.locator("button, input[type=submit]").first)


def press(page, button):
    with page.expect_navigation() as navigation:
        button.click()
    return navigation.value


def act(page, action, session=None):
    """Presses the button of an action on the account page; for `end` the one of a session."""
    if session:
        button = page.locator(f"button[name=session][value='{session}']")
        if button.count() == 0:
            button = page.locator(f"form:has(input[name=session][value='{session}']) button")
        return press(page, button.first)
    button = page.locator(f"button[name=action][value={action}]")
    if button.count() == 0:
        button = page.locator(f"form:has(input[name=action][value={action}]) button")
    return press(page, button.first)


def first_answer(answer):
    """The answer before all redirects."""
    request = answer.request
    while request.redirected_from:
        request = request.redirected_from
    return request.response()


def session_cookie(profile):
    """The cookie with the session's token, or None."""
    found = [cookie for cookie in profile.cookies() if cookie["value"].startswith("afs_")]
    require(len(found) < 2, f"at most one cookie holds a token, not {[cookie['name'] for cookie in found]}")
    return found[0] if found else None
