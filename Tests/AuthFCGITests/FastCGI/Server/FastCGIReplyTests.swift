import Foundation
import Glibc
import Testing

@testable import AuthFCGI

/// The bytes of the response to a request without a body.
@Suite struct FastCGIReplyTests {
    /// Returns both ends of a connection. The tested code closes the end `ours`.
    private func connection() throws -> (ours: Int32, theirs: FileHandle) {
        var ends: [Int32] = [0, 0]
        try #require(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        return (ends[0], FileHandle(fileDescriptor: ends[1], closeOnDealloc: true))
    }

    private func record(_ type: UInt8, _ content: [UInt8], id: UInt16) -> [UInt8] {
        FastCGIBytes().record(type, content, id: id).bytes
    }

    private func isOpen(_ descriptor: Int32) -> Bool { fcntl(descriptor, F_GETFL) >= 0 }

    private static let name = Array("Status: ".utf8)

    private let completed: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]

    @Test(arguments: [(0, 1), (1, 1), (300, 7), (65_527, 0xabcd), (65_528, 256), (200_000, 0xffff)] as [(Int, UInt16)])
    func `a response consists of STDOUT records, their end and END_REQUEST`(_ size: Int, _ id: UInt16) async throws {
        let (ours, theirs) = try connection()
        let answer = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let received = Task.detached { try theirs.readToEnd() ?? Data() }
        var reply = FastCGIReply(on: ours, to: id)
        #expect(reply.send(answer, keep: false) == nil)
        var expected: [UInt8] = []
        var rest = (Self.name + answer)[...]
        repeat {
            expected += record(6, Array(rest.prefix(0xffff)), id: id)
            rest = rest.dropFirst(0xffff)
        } while !rest.isEmpty
        expected += record(6, [], id: id) + record(3, completed, id: id)
        #expect(try await Array(received.value) == expected)
    }

    @Test func `a connection with keep-alive stays open, any other is closed`() throws {
        for keep in [true, false] {
            let (ours, theirs) = try connection()
            var reply = FastCGIReply(on: ours, to: 1)
            #expect(reply.descriptor == ours)
            #expect(reply.send([1], keep: keep) == (keep ? ours : nil))
            #expect(reply.descriptor == nil)
            let bytes = try #require(try theirs.read(upToCount: 17))
            #expect(bytes.count == 17)
            var byte: UInt8 = 0
            _ = try theirs.read(upToCount: 24)
            let end = unsafe recv(theirs.fileDescriptor, &byte, 1, Int32(MSG_DONTWAIT))
            #expect(keep ? end < 0 && errno == EAGAIN : end == 0)
            if keep { close(ours) }
        }
    }

    @Test func `a reply that is released without an answer closes its connection`() throws {
        let (ours, theirs) = try connection()
        do { _ = FastCGIReply(on: ours, to: 1) }
        #expect(try theirs.readToEnd()?.isEmpty != false)
    }

    @Test func `a connection whose peer has gone is closed, even with keep-alive`() throws {
        _ = signal(SIGPIPE, SIG_IGN)
        let (ours, theirs) = try connection()
        try theirs.close()
        var reply = FastCGIReply(on: ours, to: 1)
        #expect(reply.send([1, 2, 3], keep: true) == nil)
        #expect(!isOpen(ours))
    }

    @Test func `a slow reader gets the whole response, and a reader that stalls is dropped after a while`()
        async throws
    {
        let answer = [UInt8](repeating: 65, count: 60_000)
        for isReading in [true, false] {
            let (ours, theirs) = try connection()
            var size: Int32 = 4096
            unsafe setsockopt(ours, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
            let received = Task.detached { isReading ? try theirs.readToEnd()?.count ?? 0 : 0 }
            var reply = FastCGIReply(on: ours, to: 1)
            let started = ContinuousClock.now
            let kept = reply.send(answer, keep: true)
            if let kept {
                #expect(isReading)
                close(kept)
            }
            #expect((kept != nil) == isReading)
            #expect(ContinuousClock.now - started < .seconds(2))
            #expect(try await received.value == (isReading ? answer.count + 8 + 32 : 0))
        }
    }
}
