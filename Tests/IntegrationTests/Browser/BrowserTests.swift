import TestSupport
import Testing

/// People at the site in a real browser: Chromium, the shipped nginx files, the gate, and an application.
///
/// What each scenario does, and what has to be true, is in `Scenarios/`. All run at sites whose nginx asks over FastCGI, as it
/// does out of the box. Over HTTP those run again whose outcome depends on what nginx and the gate tell each other: address,
/// cookies, forms, proof of origin, redirects, statuses, headers, and the size of pages. The others look at what is on the
/// pages, or at what the browser makes of it: the gate makes the same pages for both protocols.
@Suite(.serialized, .leavesCleanLogs) struct BrowserTests {
    static let scenarios = [
        "sign_in_keeps_the_address", "token_is_only_in_the_cookie", "wrong_password", "name_is_escaped", "throttled",
        "sign_out", "back_button_shows_nothing", "somebody_else", "without_javascript", "cookie_of_one_host",
        "remembered", "one_login_for_two_hosts", "back_to_the_other_host", "contradicting_cookies",
        "contradicting_cookie_of_a_path", "several_tabs", "plain_http",
        "dropped_cookie", "no_redirect_leaves_the_site", "no_form_leaves_the_site", "signed_in_goes_straight_back",
        "only_page_loads_are_redirected", "page_for_others", "other_site_signs_nobody_out",
        "other_site_signs_nobody_in", "pages_are_in_no_frame", "account_page", "sign_out_everywhere",
        "end_of_one_session", "two_users_in_two_tabs", "session_that_ended_elsewhere", "messages_of_links",
        "change_of_the_password", "link_for_a_new_password", "accessible", "headers_of_pages", "languages",
        "small_windows", "large_letters", "dark", "password_managers", "keyboard", "pictures",
    ]
    static let scenariosOverHTTP = [
        "sign_in_keeps_the_address", "token_is_only_in_the_cookie", "wrong_password", "throttled", "sign_out",
        "cookie_of_one_host", "one_login_for_two_hosts", "back_to_the_other_host", "contradicting_cookies",
        "plain_http", "dropped_cookie", "signed_in_goes_straight_back", "only_page_loads_are_redirected",
        "page_for_others", "other_site_signs_nobody_out", "other_site_signs_nobody_in", "account_page",
        "sign_out_everywhere", "session_that_ended_elsewhere", "change_of_the_password", "link_for_a_new_password",
        "headers_of_pages",
    ]
    /// Where Caddy hands the answers of the forwarded check to the browser.
    static let scenariosBehindCaddy = ["plain_http"]
    /// The scenarios of other suites.
    private static let others = ["page_while_away", "first_minute"]

    private static let run = Result { try BrowserSites().run() }

    private func expectNoProblem(_ scenario: String) throws {
        let problem = try #require(try Self.run.get()[scenario], "the scenario was not run")
        #expect(problem == "")
    }

    @Test(arguments: scenarios)
    func `a person with a browser`(scenario: String) throws {
        try expectNoProblem(scenario)
    }

    @Test(arguments: scenariosOverHTTP)
    func `a person with a browser, where nginx asks over HTTP`(scenario: String) throws {
        try expectNoProblem(BrowserSites.overHTTP + scenario)
    }

    @Test(arguments: scenariosBehindCaddy)
    func `a person with a browser, where Caddy asks over HTTP`(scenario: String) throws {
        try expectNoProblem(BrowserSites.behindCaddy + scenario)
    }

    @Test func `every scenario is run by a test`() throws {
        #expect(try Set(BrowserRun.allScenarios()) == Set(Self.scenarios + Self.others))
    }
}
