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
