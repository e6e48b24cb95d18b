"""Scenarios of people at the site, in Chromium. Run by the integration tests, which start all servers.

    python Scenarios SETTINGS     one JSON line for each scenario: {"scenario": PREFIX NAME, "problem": TEXT or null}
    python Scenarios --list       the names of all scenarios, one per line

SETTINGS is a JSON list of objects: see scene.py. One browser runs the scenarios of all. A scenario is a function with the
decorator `scenario`; the first line of its comment is what is true if it succeeds.
"""

import json
import sys
import traceback

from playwright.sync_api import sync_playwright

import account
import cookies
import first_minute
import forgery
import looks
import outage
import redirects
import signing_in
from scene import Scene

MODULES = [signing_in, cookies, redirects, forgery, account, looks, outage, first_minute]
SCENARIOS = {
    name: value
    for module in MODULES
    for name, value in vars(module).items()
    if getattr(value, "is_scenario", False) and value.__module__ == module.__name__
}


def run(scene, name):
    """Runs a scenario and returns its problem, or None."""
    try:
        SCENARIOS[name](scene)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)
        lines = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in place if "Scenarios" in frame.filename]
        return f"{error} ({' '.join(lines)}; {scene.description})"
    return None


def main():
    if sys.argv[1:] == ["--list"]:
        print("\n".join(SCENARIOS))
        return
    rounds = json.loads(sys.argv[1])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=rounds[0]["chromium"],
            # All names lead to this machine, so that it is seen where a redirect to a foreign site would have gone.
            args=["--host-resolver-rules=MAP * 127.0.0.1", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        for settings in rounds:
            for name in settings["scenarios"]:
                scene = Scene(browser, settings)
                problem = run(scene, name)
                line = {"scenario": settings["prefix"] + name, "problem": problem, "secrets": scene.close()}
                print(json.dumps(line), flush=True)
        browser.close()


main()
