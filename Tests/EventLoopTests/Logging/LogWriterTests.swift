import Glibc
import Logging
import Testing

@testable import EventLoop

@Suite struct LogWriterTests {
    @Test func `lines arrive in order`() {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.writing)
        for number in 0..<100 { writer.write("line \(number)") }
        writer.drain(within: .seconds(2))
        #expect(pipe.readAll() == (0..<100).map { "line \($0)\n" }.joined())
    }

    @Test func `a reader that stalls never stops the writer, and the dropped lines are counted`() {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.writing, maximumBytes: 10_000)
        let start = BootInstant.now
        // The pipe holds 64 KiB and is not read.
        for _ in 0..<5000 { writer.write(String(repeating: "x", count: 99)) }
        #expect(.now - start < .seconds(2))
        #expect(writer.dropped > 3000)
        var text = ""
        while !text.contains("were dropped") { text += pipe.readAll() }
        #expect(text.contains("WARNING: "))
        // Otherwise it would continue to write into the pipe that gets the number of this one.
        writer.drain(within: .seconds(2))
    }

    @Test func `lines that cannot be written are counted, and the next line tells so`() {
        let pipe = Pipe()
        let descriptor = unsafe open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(descriptor) }
        let writer = LogWriter(descriptor: descriptor)
        for count in 1...2 {
            writer.write("lost")
            writer.drain(within: .seconds(2))
            #expect(writer.dropped == count)
        }
        #expect(dup2(pipe.writing, descriptor) == descriptor)
        writer.write("next")
        writer.write("last")
        writer.drain(within: .seconds(2))
        let report = "WARNING: 2 log lines are missing here: the log could not be written: No space left on device\n"
        #expect(pipe.readAll() == report + "next\nlast\n")
        #expect(writer.dropped == 2)
    }

    @Test func `a batch that is written in part leaves a gap, and the next one begins a line of its own`() {
        let format = LogFormat.text(hasTime: false)
        let first = LogBatch(["aaa", "bbb", "ccc"], after: LogBatch.Gap(), format: format)
        #expect(first.text == "aaa\nbbb\nccc\n")
        #expect(first.gap(afterWriting: 12, reason: "") == LogBatch.Gap())
        #expect(first.unwritten(afterWriting: 8) == 1)
        #expect(first.gap(afterWriting: 8, reason: "full") == LogBatch.Gap(unwritten: 1, reason: "full"))
        let gap = first.gap(afterWriting: 6, reason: "full")
        #expect(gap == LogBatch.Gap(unwritten: 2, reason: "full", isInLine: true))

        let report = "WARNING: 2 log lines are missing here: the log could not be written: full\n"
        let next = LogBatch(["ddd", "eee"], after: gap, format: format)
        #expect(next.text == "\n" + report + "ddd\neee\n")
        // Without the report it is still to be told; with it only what is missing since.
        let reported = 1 + report.utf8.count
        for (written, unwritten, missing, isInLine) in [
            (0, 2, 4, true), (1, 2, 4, false), (9, 2, 4, true), (reported, 2, 2, false), (reported + 5, 1, 1, true),
        ] {
            #expect(next.unwritten(afterWriting: written) == unwritten)
            #expect(
                next.gap(afterWriting: written, reason: "r")
                    == LogBatch.Gap(unwritten: missing, reason: "r", isInLine: isInLine))
        }
    }

    @Test func `a line starts with its level and stays one line whatever it contains`() {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.writing)
        var log = Logger(label: "test") { _ in LineLogHandler(writer: writer, logLevel: .info) }
        log[metadataKey: "worker"] = "1"
        log.info("hello\r\nERROR: forged", metadata: ["user": "a\u{1b}[2Jb"])
        log.debug("not shown")
        writer.drain(within: .seconds(2))
        #expect(pipe.readAll() == "INFO: hello\\u{d}\\u{a}ERROR: forged user=a\\u{1b}[2Jb worker=1\n")
    }

    @Test func `a value with a space or a quote is quoted, so that it is one field`() {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.writing)
        let log = Logger(label: "test") { _ in LineLogHandler(writer: writer, logLevel: .info) }
        log.info(
            "said \"it\"",
            metadata: ["a": "two words", "b": "1\" c=2", "d": "", "e": "x\\y z", "f": "x\\y=z", "g": "x\u{2028}y"])
        writer.drain(within: .seconds(2))
        #expect(
            pipe.readAll()
                == #"INFO: said "it" a="two words" b="1\" c=2" d="" e="x\\y z" f=x\y=z g=x\u{2028}y"# + "\n")
    }

    private struct Pipe: ~Copyable {
        let reading: Int32
        let writing: Int32

        init() {
            var ends: [Int32] = [0, 0]
            unsafe precondition(pipe(&ends) == 0)
            (reading, writing) = (ends[0], ends[1])
        }

        deinit {
            close(reading)
            close(writing)
        }

        /// Returns the bytes that can be read without waiting.
        func readAll() -> String {
            var bytes: [UInt8] = []
            var poller = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
            while unsafe poll(&poller, 1, 50) == 1 {
                var buffer = [UInt8](repeating: 0, count: 65536)
                let count = unsafe read(reading, &buffer, buffer.count)
                guard count > 0 else { break }
                bytes += buffer.prefix(count)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
