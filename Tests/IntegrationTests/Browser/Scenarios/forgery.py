"""Pages of other sites that want something done here."""

from scene import is_signed_in, require, scenario, session_cookie

EVIL = "https://evil.test"
# Another host of the same domain: the browser sends the cookie with its forms.
NEIGHBOUR = "https://other.example.test"


def send_form(page, origin, action, fields):
    """Opens a page of another site, which sends a form."""
    inputs = "".join(f"<input name='{name}' value='{value}'>" for name, value in fields.items())
    body = f"<form method=post action='{action}'>{inputs}</form><script>document.forms[0].submit()</script>"
    page.context.route(origin + "/**", lambda route: route.fulfill(content_type="text/html", body=body))
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.goto(origin + "/", wait_until="commit")
    page.wait_for_load_state()
    page.context.unroute(origin + "/**")
    return answer.value


@scenario
def other_site_signs_nobody_out(scene):
    """A form of another site, or of another host of the domain, ends no session and changes nothing."""
    page = scene.page()
    scene.sign_in(page, "ann")
    change = {"current_password": scene.password, "new_password": "x" * 20, "repeated_password": "x" * 20}
    for origin in [EVIL, NEIGHBOUR]:
        for action, fields in [("/auth/logout", {}), ("/auth/account", {"action": "all"}), ("/auth/logout?all=1", {}),
                               ("/auth/password", change)]:
            answer = send_form(page, origin, scene.site + action, fields)
            # Without the cookie it may be the way to the sign-in page.
            allowed = [303, 401, 403] if origin == EVIL else [403]
            require(answer.status in allowed, f"{action} from {origin}: {answer.status}")
            page.goto(scene.site + "/page")
            require(is_signed_in(page, "ann"), f"ann is signed in after {action} from {origin}")


@scenario
def other_site_signs_nobody_in(scene):
    """A form of another site signs nobody in as somebody else."""
    page = scene.page()
    for origin in [EVIL, NEIGHBOUR]:
        fields = {"username": "carol", "password": scene.password, "rd": "/"}
        answer = send_form(page, origin, scene.site + "/auth/login", fields)
        require(answer.status == 403, f"403, not {answer.status}")
        require(session_cookie(page.context) is None, "there is no cookie")


@scenario
def pages_are_in_no_frame(scene):
    """A page of another site cannot show the gate's pages in a frame."""
    page = scene.page()
    frame = f"<iframe src='{scene.site}/auth/login'></iframe>"
    page.context.route(EVIL + "/**", lambda route: route.fulfill(content_type="text/html", body=frame))
    page.goto(EVIL + "/")
    page.wait_for_timeout(500)
    fields = [inner.locator("input[name=password]").count() for inner in page.frames[1:]]
    require(sum(fields) == 0, "the frame shows no form")
