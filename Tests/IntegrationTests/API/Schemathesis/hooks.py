"""Sessions for the requests that schemathesis makes, and a record of the answers.

OpenAPITests.swift starts it and says in AUTHFCGI_REQUESTS what there is (JSON):
  reader     a token that stays
  passwords  tokens of users with the password of the description, each for one form of a body: json, form
  ending     tokens that may be ended, each of a user of its own
  own        tokens of one user, for the end of one of several sessions
  codes      of links for new passwords: one for the page, one for its form, which uses it up
  record     the file with the answers, one per line: the operation, the status
"""

import collections
import itertools
import json
import os

import schemathesis

settings = json.loads(os.environ["AUTHFCGI_REQUESTS"])
ENDING = {"signIn", "signOut", "changeAccount"}
# What answers those who are not signed in with more than 401.
OPEN = {"signInPage", "accountPage", "forward"}
# The requests of each operation for which there was a choice: it does not depend on the other operations.
choices = collections.Counter()
links = itertools.count()


def name(case):
    return case.operation.definition.raw["operationId"]


def is_turn(what, case, every):
    """Whether it is the turn of what happens in one of so many requests of the operation; not in the first."""
    choices[what, name(case)] += 1
    return choices[what, name(case)] % every == 0


@schemathesis.auth(refresh_interval=None)
class Tokens:
    """A session for each request that is to be signed in, one of its own for what ends sessions.

    Every fourth one is in the cookie, for which requests need the proof of origin.
    """

    def get(self, case, context):
        if name(case) in OPEN and not is_turn("signed in", case, every=2):
            return None
        if name(case) == "changePassword":
            return settings["passwords"]["form" if "form" in (case.media_type or "") else "json"]
        if name(case) == "endSession":
            return settings["own"].pop()
        return settings["ending"].pop() if name(case) in ENDING else settings["reader"]

    def set(self, case, token, context):
        if is_turn("by cookie", case, every=4):
            case.headers["Cookie"] = f"__Host-session={token}"
        else:
            case.headers["Authorization"] = f"Bearer {token}"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts the code of a link into every other request that may have one: none could be invented."""
    if name(case) == "newPasswordPage" and "code" in case.query:
        if next(links) % 2 == 0:
            case.query["code"] = settings["codes"]["page"]
    if name(case) == "setPassword" and isinstance(case.body, dict):
        if next(links) % 2 == 0:
            password = "a password for the description"
            case.body.update(code=settings["codes"]["form"], new_password=password, repeated_password=password)
            case.headers["Sec-Fetch-Site"] = "same-origin"


@schemathesis.hook
def after_call(context, case, response):
    with open(settings["record"], "a", encoding="utf-8") as record:
        record.write(f"{name(case)} {response.status_code}\n")
