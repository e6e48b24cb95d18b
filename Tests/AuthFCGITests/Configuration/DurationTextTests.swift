import Testing

@testable import AuthFCGI

struct DurationTextTests {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("5s", .seconds(5)), ("15m", .seconds(900)), ("24h", .seconds(86_400)),
        ("7d", .seconds(604_800)), ("30", .seconds(30)), ("0", .zero), ("0s", .zero),
    ])
    func `A duration is a number and a unit`(text: String, duration: Duration) {
        #expect(DurationText(parsing: text)?.duration == duration)
    }

    @Test(arguments: [
        "", "s", "-1s", "+1s", "1.5s", "1 s", "1S", "1w", "5 min", "1h30m", "٣s", "99999999999999999999s", "9999999d",
    ])
    func `Every other text is refused`(text: String) {
        #expect(DurationText(parsing: text) == nil)
    }

    @Test(arguments: ["250ms", "5s", "90s", "15m", "36h", "7d", "1500ms", "0s"])
    func `A duration is printed in its shortest form`(text: String) {
        #expect(DurationText(parsing: text)?.description == text)
    }
}
