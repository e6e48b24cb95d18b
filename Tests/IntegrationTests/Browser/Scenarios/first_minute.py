"""What deploy/local/up promises: open the address, sign in, see who you are."""

from scene import form_with, is_sign_in, path, require, scenario, submit, text


@scenario
def first_minute(scene):
    """The demo page leads to the sign-in page, shows who is signed in, and leads to the account page and the sign-out."""
    page = scene.page()
    page.goto(scene.site + "/")
    require(is_sign_in(page), "the sign-in page comes first")
    scene.fill_in(page, "test", "test")
    require(path(page) == "/" and "Signed in as test" in text(page), "the demo page shows who it is")
    require("afs_" not in text(page), "the page does not show the token")
    page.click("a[href='/auth/account']")
    page.wait_for_url("**/auth/account")
    require(form_with(page, "current_password").count() == 1, "the account page is there")
    page.goto(scene.site + "/")
    page.click("a[href='/auth/logout']")
    page.wait_for_url("**/auth/logout")
    submit(page, page.locator("form[method=post]"))
    page.goto(scene.site + "/")
    require(is_sign_in(page), "signed out")
    page.goto(scene.site + "/public/")
    require("Nobody is signed in" in text(page), "the open page is open")
