import Foundation
import Testing

@testable import AuthFCGI

@Suite struct HTTPDateTests {
    @Test func `a date has the form of RFC 9110`() {
        #expect(HTTPDate.text(secondsSince1970: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(secondsSince1970: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(secondsSince1970: 1_709_164_799) == "Wed, 28 Feb 2024 23:59:59 GMT")
        #expect(HTTPDate.text(secondsSince1970: 1_709_164_800) == "Thu, 29 Feb 2024 00:00:00 GMT")
    }

    @Test func `every day of some centuries is that of Foundation`() throws {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        for day in stride(from: 0, to: 160_000, by: 7) {
            let seconds = day * 86_400 + 12_345
            let date = Date(timeIntervalSince1970: Double(seconds))
            #expect(HTTPDate.text(secondsSince1970: seconds) == formatter.string(from: date))
        }
    }
}
