import FoundationEssentials
import Sessions
import Testing

@testable import AuthFCGI

/// What a person sees of the own account.
extension PagesTests {
    @Test func `the account page shows who is signed in and where, and can end every other session`() throws {
        let html = html(.account(try #require(Self.account)))
        #expect(html.contains("<bdi>Ann Example</bdi>") && html.contains("<bdi>ann</bdi>"))
        #expect(html.contains("<bdi>ann@example.org</bdi>") && html.contains("<bdi class=\"tag\">staff</bdi>"))
        #expect(html.contains("<time datetime=\"2026-11-30T08:25Z\">30 Nov 2026, 08:25 UTC</time>"))
        #expect(html.contains("Unknown browser") && html.contains("nightly backup"))
        #expect(!html.contains("name=\"session\" value=\"00000000-0000-4000-8000-000000000001\""))
        #expect(
            html.contains(
                "name=\"session\" value=\"00000000-0000-4000-8000-000000000002\" "
                    + "aria-label=\"End: Safari on iPhone 192.0.2.2\">End</button>"))
        for action in ["end", "others", "all"] { #expect(html.contains("name=\"action\" value=\"\(action)\"")) }
        let own = "name=\"own_session\" value=\"00000000-0000-4000-8000-000000000001\">"
        #expect(html.ranges(of: own).count == 3)
        #expect(html.contains("minlength=\"15\"") && html.contains("At least 15 characters"))
    }

    @Test func `buttons of equal browsers have names of their own`() throws {
        var account = try #require(Self.account)
        account.sessions = (1...4).map { number in
            AccountPage.Entry(
                id: "\(number)", device: "Firefox on Linux", address: "192.0.2.1", label: "",
                createdAt: "2026-11-30T08:25Z", lastSeenAt: "2026-11-30T09:10Z", isCurrent: number == 1)
        }
        let names = values(of: "aria-label", in: html(.account(account)))
        #expect(names.count == 3 && Set(names).count == 3, "\(names)")
        #expect(names.allSatisfy { $0.hasPrefix("End: Firefox on Linux 192.0.2.1 (") })
    }

    @Test func `the account page and the one after the sign-out lead to the site`() throws {
        let account = try #require(Self.account)
        for page in [Page.account(account), .signedOut] {
            #expect(html(page).contains("<a href=\"/\">To the site</a>"))
        }
    }

    @Test func `a person with one session has no others to end`() throws {
        var account = try #require(Self.account)
        account.sessions = account.sessions.filter(\.isCurrent)
        #expect(!html(.account(account)).contains("value=\"others\""))
    }

    @Test func `a user without a name is shown by the user name, once`() throws {
        var account = try #require(Self.account)
        (account.name, account.email, account.groups) = ("", "", [])
        let html = html(.account(account))
        #expect(html.contains("<p class=\"name\"><bdi>ann</bdi></p>") && html.ranges(of: "<bdi>ann</bdi>").count == 1)
        #expect(!html.contains("Groups:"))
    }

    @Test func `users of other applications are told where their password is`() throws {
        var account = try #require(Self.account)
        account.hasOwnPassword = false
        let html = html(.account(account))
        #expect(html.contains("Your password is kept by another application") && !html.contains("type=\"password\""))
    }

    @Test func `a message about the password is beside its form, any other at the head`() throws {
        var account = try #require(Self.account)
        account.message = .wrongPassword
        let wrong = html(.account(account))
        let place = try #require(wrong.firstRange(of: "The current password is wrong.")).lowerBound
        #expect(place > (try #require(wrong.firstRange(of: "id=\"change\"")).lowerBound))
        #expect(wrong.contains("required aria-invalid=\"true\" aria-describedby=\"message\" autofocus>"))
        account.message = .passwordChanged
        let changed = html(.account(account))
        #expect(changed.contains("role=\"status\" class=\"message done\">The password is changed."))
        account.message = .passwordsDiffer
        #expect(html(.account(account)).contains("=\"advice message\" aria-invalid=\"true\" autofocus>"))
    }
}
