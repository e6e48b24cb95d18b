"""How the pages look and read: for screen readers, password managers, small windows, dark, two languages."""

from axe_playwright_python.sync_playwright import Axe

from account import CHROME
from scene import require, scenario, submit, text


def look_at_all(scene, look, **options):
    """Calls `look` with each page, its name, and the answer with which it came."""
    page = scene.page(**options)
    look(page, "sign-in", page.goto(scene.site + "/auth/login?rd=/report"))
    look(page, "wrong-password", scene.sign_in(page, "iris", password="wrong"))
    look(page, "used-link", page.goto(scene.site + scene.settings["used"]))
    look(page, "new-password", page.goto(scene.site + scene.settings["look"]))
    scene.sign_in(page, "iris")
    look(page, "account", page.goto(scene.site + "/auth/account"))
    look(page, "sign-out", page.goto(scene.site + "/auth/logout"))
    look(page, "signed-out", submit(page, page.locator("form[method=post]")))


@scenario
def accessible(scene):
    """axe finds nothing on any page, light or dark."""
    found = []

    def look(page, name, _):
        for scheme in ["light", "dark"]:
            page.emulate_media(color_scheme=scheme)
            for violation in Axe().run(page).response["violations"]:
                targets = [target for node in violation["nodes"] for target in node["target"]]
                found.append(f"{name}, {scheme}: {violation['id']} {targets}")

    look_at_all(scene, look)
    require(not found, "; ".join(found))


@scenario
def headers_of_pages(scene):
    """Every page is small, is not kept by caches, and has the headers that protect it."""
    expected = {"cache-control": "no-store", "x-content-type-options": "nosniff", "x-frame-options": "DENY",
                "cross-origin-opener-policy": "same-origin", "content-type": "text/html; charset=utf-8"}

    def look(page, name, answer):
        headers = answer.headers
        for header, value in expected.items():
            require(headers.get(header) == value, f"{name}: {header} is {headers.get(header)!r}")
        policy = headers.get("content-security-policy", "")
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "style-src 'sha256-"]:
            require(part in policy, f"{name}: {part} in {policy!r}")
        require("unsafe" not in policy, f"{name}: {policy!r}")
        require("referrer-policy" in headers and headers["referrer-policy"] != "no-referrer", f"{name}: referrer policy")
        for word in ["Cookie", "Accept-Language"]:
            require(word in headers.get("vary", ""), f"{name}: Vary has {word}")
        require(len(answer.body()) < 14 * 1024, f"{name}: {len(answer.body())} bytes")
        require(page.locator("script").count() == 0, f"{name}: no script")
        require("afs_" not in page.content(), f"{name}: no token")

    look_at_all(scene, look)
    require(not scene.policy_violations, f"{scene.policy_violations}")


@scenario
def languages(scene):
    """The pages speak the browser's language: English, German, and English for others."""
    seen = {}
    for locale, language in [("en-GB", "en"), ("de-AT", "de")]:
        def look(page, name, _):
            require(page.get_attribute("html", "lang") == language, f"{name} in {locale} is in {language}")
            seen.setdefault(name, {})[locale] = page.inner_text("h1, title >> nth=0")
        look_at_all(scene, look, locale=locale)
    for name, titles in seen.items():
        require(titles["en-GB"] != titles["de-AT"], f"{name}: {titles}")
    page = scene.page(locale="fr-FR")
    page.goto(scene.site + "/auth/login?rd=/report")
    title = page.inner_text("h1, title >> nth=0")
    require(page.get_attribute("html", "lang") == "en" and title == seen["sign-in"]["en-GB"], f"in French: {title}")


@scenario
def small_windows(scene):
    """Nothing is cut off on a phone, or on a desktop at 200 and 400 %."""
    def look(page, name, _):
        for width, height in [(640, 400), (320, 256), (360, 640)]:
            page.set_viewport_size({"width": width, "height": height})
            wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
            require(wide <= 0, f"{name} is {wide} pixels too wide for {page.viewport_size}")

    look_at_all(scene, look, device_scale_factor=2)


@scenario
def large_letters(scene):
    """Nothing is cut off when letters alone are twice as large."""
    def look(page, name, _):
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
        require(wide <= 0, f"{name} is {wide} pixels too wide")

    look_at_all(scene, look, viewport={"width": 800, "height": 600}, bypass_csp=True)


@scenario
def dark(scene):
    """Who prefers dark pages gets dark pages."""
    light = """() => {
        const canvas = document.createElement('canvas').getContext('2d')
        let element = document.body, colour = getComputedStyle(element).backgroundColor
        if (/, 0\\)$/.test(colour)) colour = getComputedStyle(document.documentElement).backgroundColor
        if (/, 0\\)$/.test(colour)) return matchMedia('(prefers-color-scheme: dark)').matches
            && getComputedStyle(document.documentElement).colorScheme.includes('dark') ? 0 : 1
        canvas.fillStyle = colour
        canvas.fillRect(0, 0, 1, 1)
        return Math.max(...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)) / 255
    }"""
    def look(page, name, _):
        for scheme, is_right in [("dark", lambda value: value < 0.3), ("light", lambda value: value > 0.8)]:
            page.emulate_media(color_scheme=scheme)
            require(is_right(page.evaluate(light)), f"{name} is {scheme}")

    look_at_all(scene, look)


@scenario
def password_managers(scene):
    """Password managers find their fields, and every field has a label."""
    def look(page, name, _):
        fields = page.locator("input:not([type=hidden])").all()
        for field in fields:
            named = field.evaluate("field => field.labels.length > 0 || field.hidden || field.hasAttribute('aria-label')")
            require(named, f"{name}: {field.get_attribute('name')} has a label")
        kinds = {field.get_attribute("name"): field.get_attribute("autocomplete") for field in fields}
        expected = {"username": "username", "password": "current-password", "current_password": "current-password",
                    "new_password": "new-password", "repeated_password": "new-password"}
        for field, kind in kinds.items():
            require(field not in expected or kind == expected[field], f"{name}: {field} is {kind}")
        for field in page.locator("input[type=password]").all():
            require(field.get_attribute("maxlength") is None, f"{name}: pasted passwords are not cut off")

    look_at_all(scene, look)


@scenario
def keyboard(scene):
    """A person signs in with the keyboard alone, and sees where they are."""
    page = scene.page()
    page.goto(scene.site + "/auth/login?rd=/report")
    for _ in range(10):
        if page.evaluate("document.activeElement.name") == "username":
            break
        page.keyboard.press("Tab")
    outline = page.evaluate(
        "() => { const style = getComputedStyle(document.activeElement); return style.outlineStyle + style.boxShadow }")
    require(outline != "nonenone", "the focus is seen")
    page.keyboard.type("iris")
    page.keyboard.press("Tab")
    page.keyboard.type(scene.password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    require("Remote-User: iris" in text(page), "signed in")


@scenario
def pictures(scene):
    """Makes pictures of all pages, and those of the documentation, if the settings name folders for them."""
    folder = scene.settings.get("pictures")
    if not folder:
        return
    everything, documentation = folder
    # Other sessions for the list.
    for system in ["Windows NT 10.0; Win64; x64; rv:140.0", "Android 15; Mobile; rv:140.0"]:
        agent = f"Mozilla/5.0 ({system}) Gecko/20100101 Firefox/140.0"
        scene.sign_in(scene.page(user_agent=agent), "iris")
    desktop, phone = {"width": 1024, "height": 720}, {"width": 390, "height": 760}
    chosen = {("sign-in", "desktop", "light"), ("account", "desktop", "light"), ("wrong-password", "phone", "dark")}
    for scheme in ["light", "dark"]:
        for kind, size in [("desktop", desktop), ("phone", phone)]:
            def look(page, name, _):
                page.screenshot(path=f"{everything}/{name}-{kind}-{scheme}.png", full_page=True)
                if (name, kind, scheme) in chosen:
                    page.screenshot(path=f"{documentation}/{name}.png")

            look_at_all(scene, look, color_scheme=scheme, viewport=size, locale="en-GB", user_agent=CHROME)
