"""While the gate is away."""

import time

from scene import is_signed_in, require, scenario, text

REPORT = "/report?a=1&b=2"


@scenario
def page_while_away(scene):
    """While the gate is away a page says that nobody was signed out, and goes on by itself afterwards."""
    pages = {site: scene.page(locale="de-DE") for site in [scene.site, scene.settings["beside"]]}
    for site, page in pages.items():
        scene.sign_in(page, "ann", site=site, path=REPORT)
    scene.step("signed in")
    for site, page in pages.items():
        is_away(scene, page, site)
    scene.step("away")
    end = time.monotonic() + 20
    for site, page in pages.items():
        while not is_signed_in(page, "ann"):
            require(time.monotonic() < end, f"the page goes on by itself: {text(page)[:100]!r}")
            time.sleep(0.2)
        require(page.url == site + REPORT, f"{page.url} is the address")


def is_away(scene, page, site):
    """What a site shows while the gate is away."""
    end = time.monotonic() + 20
    while (answer := page.goto(site + REPORT)).status != 503:
        require(time.monotonic() < end, "the gate goes away")
        time.sleep(0.2)
    require(answer.headers["content-type"] == "text/html; charset=utf-8", "it is a page")
    require(answer.headers["cache-control"] == "no-store" and answer.headers["retry-after"], "for a moment")
    require(page.get_attribute("html", "lang") == "de", "in the browser's language")
    require(page.locator("meta[http-equiv=refresh]").count() == 1, "it tries again by itself")
    require(not scene.policy_violations, f"{scene.policy_violations}")
    other = page.context.new_page()
    other.goto(site + "/public/page")
    program = other.evaluate(
        "async () => { const answer = await fetch('/report'); return [answer.status, await answer.json()] }")
    other.close()
    require(program[0] == 503 and program[1]["error"] == "unavailable", f"programs get JSON: {program}")
    for place in ["/auth/login", "/auth/account"]:
        own = page.context.new_page()
        answer = own.goto(site + place)
        require(answer.status == 503 and own.get_attribute("html", "lang") == "de", f"{place} gives the page too")
        own.close()
