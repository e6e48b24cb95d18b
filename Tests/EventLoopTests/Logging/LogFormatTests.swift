import FoundationEssentials
import Logging
import Testing

@testable import EventLoop

struct LogFormatTests {
    private static let time = LogTime(seconds: 1_795_000_000, milliseconds: 7)

    @Test func `a line of text has the time in front where nobody else records it`() {
        let fields = ["b": "two words", "a": "1"]
        #expect(
            LogFormat.text(hasTime: true).line(.notice, "hello", fields, at: Self.time)
                == #"2026-11-18T11:06:40.007Z NOTICE: hello a=1 b="two words""#)
        #expect(
            LogFormat.text(hasTime: false).line(.notice, "hello", fields, at: Self.time)
                == #"NOTICE: hello a=1 b="two words""#)
    }

    @Test func `the time of an event is the time of its line, and is said once`() {
        let fields = ["event": "login", "time": "2026-11-18T11:06:39.999Z"]
        #expect(
            LogFormat.text(hasTime: true).line(.info, "login", fields, at: Self.time)
                == "2026-11-18T11:06:39.999Z INFO: login event=login")
        #expect(
            LogFormat.text(hasTime: false).line(.info, "login", fields, at: Self.time)
                == "INFO: login event=login time=2026-11-18T11:06:39.999Z")
        #expect(
            LogFormat.json.line(.info, "login", fields, at: Self.time)
                == #"{"time":"2026-11-18T11:06:39.999Z","level":"info","event":"login","message":"login"}"#)
    }

    @Test func `a line of JSON has time, level, event and message, and the fields of the text`() {
        #expect(
            LogFormat.json.line(.warning, "away", ["condition": "redis_unavailable", "worker": "0"], at: Self.time)
                == #"{"time":"2026-11-18T11:06:40.007Z","level":"warning","event":"condition","message":"away","#
                + #""condition":"redis_unavailable","worker":"0"}"#)
        #expect(
            LogFormat.json.line(.info, "x", ["level": "y"], at: Self.time).hasSuffix(
                #""event":"log","message":"x","field_level":"y"}"#))
    }

    @Test(arguments: [
        "plain", "quote \" and \\", "line\nbreak\r\u{85}\u{2028}", "\u{0}\u{1b}[2J\u{7f}", "\u{202E}niges", "é€🙂", "",
    ])
    func `whatever a text contains, a line of JSON is one line that a parser reads as it was`(_ text: String) throws {
        let line = LogFormat.json.line(.info, text, ["value": text], at: Self.time)
        #expect(!line.unicodeScalars.contains { $0.isControl })
        let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(object["message"] == text && object["value"] == text)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_399, "2000-02-28T23:59:59.000Z"),
        (951_782_400, "2000-02-29T00:00:00.000Z"), (951_868_800, "2000-03-01T00:00:00.000Z"),
        (1_767_225_599, "2025-12-31T23:59:59.000Z"), (1_767_225_600, "2026-01-01T00:00:00.000Z"),
        (4_107_542_400, "2100-03-01T00:00:00.000Z"), (4_107_542_399, "2100-02-28T23:59:59.000Z"),
    ])
    func `a time is a date of the calendar in UTC`(_ seconds: Int, _ text: String) {
        #expect(LogTime(seconds: seconds, milliseconds: 0).text == text)
    }
}
