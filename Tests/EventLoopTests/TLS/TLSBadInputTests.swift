import COpenSSL
import Testing
import TestSupport

@testable import EventLoop

/// Malformed input from a server or an attacker on the network.
@Suite struct TLSBadInputTests {
    private static func reason(_ error: TLSError) -> String? {
        guard case .protocol(let text) = error else { return nil }
        return text
    }

    @Test(arguments: [
        "-ERR unknown command\r\n", "-DENIED Redis is running in protected mode\r\n",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n", String(repeating: "\0", count: 64), String(repeating: "\u{16}", count: 64),
        "\u{16}\u{03}\u{03}\u{7f}\u{7f}", "\u{15}\u{03}\u{03}\0\u{02}\u{02}\u{28}", "\u{17}\u{03}\u{03}\0\u{01}x",
    ])
    func `garbage instead of a handshake is an error`(text: String) throws {
        let wire = try TLSConversation()
        try wire.takeStep()
        let error = try #require(
            #expect(throws: TLSError.self) { try wire.deliverToClient(Array(text.utf8)) })
        let reason = try #require(Self.reason(error))
        #expect(!reason.isEmpty && !reason.contains("\n"))
        #expect(!wire.isEstablished)
        #expect(throws: error) { try wire.client.shakeHands() }
    }

    @Test func `a server without TLS is recognised`() throws {
        let wire = try TLSConversation()
        try wire.takeStep()
        #expect(throws: TLSError.protocol("wrong version number (does the server speak TLS there?)")) {
            try wire.deliverToClient(Array("-ERR unknown command\r\n".utf8))
        }
    }

    @Test(arguments: TLSHandshakeTests.versions, [1, Int.max])
    func `garbage after complete records is an error once they are read`(version: Int32, chunk: Int) throws {
        let wire = try TLSConversation(version: version)
        try wire.run()
        wire.chunk = chunk
        wire.server.send([1, 2, 3])
        let good = wire.server.takeOutput()
        let record = [0x17, 3, 3, 0, 32] + [UInt8](repeating: 0x55, count: 32)
        let error = try #require(#expect(throws: TLSError.self) { try wire.deliverToClient(good + record) })
        #expect(Self.reason(error) == "decryption failed or bad record mac")
        #expect(wire.received == [1, 2, 3])
        // The error persists, and the server gets an alert.
        wire.server.send([4])
        #expect(throws: error) { try wire.deliverToClient(wire.server.takeOutput()) }
        #expect(throws: error) { try wire.write([5]) }
        wire.deliverToServer(wire.clientOutput())
        #expect(wire.server.failure?.contains("bad record mac") == true)
        #expect(wire.received == [1, 2, 3])
    }

    @Test(arguments: TLSHandshakeTests.versions)
    func `a repeated record is refused`(version: Int32) throws {
        let wire = try TLSConversation(version: version)
        try wire.run()
        wire.server.send([1, 2, 3])
        let record = wire.server.takeOutput()
        #expect(throws: TLSError.self) { try wire.deliverToClient(record + record) }
        #expect(wire.received == [1, 2, 3])
    }

    @Test(arguments: 0..<200)
    func `from altered bytes of the server no plaintext is read that was not sent`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let wire = try TLSConversation(version: TLSHandshakeTests.versions[seed % 2])
        wire.chunk = [1, 7, Int.max][seed % 3]
        // Two flights of a handshake in TLS 1.2, one and the tickets in TLS 1.3, then the messages.
        let target = Int.random(in: 0...5, using: &random)
        var flight = 0
        var isDistorted = false
        wire.distort = { bytes in
            guard !bytes.isEmpty else { return bytes }
            defer { flight += 1 }
            guard flight == target else { return bytes }
            isDistorted = true
            return Self.distorted(bytes, &random)
        }
        var sent: [UInt8] = []
        do throws(TLSError) {
            try wire.run()
            for number in 0..<8 {
                let message = (0..<100).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
                if wire.server.isEstablished {
                    wire.server.send(message)
                    sent += message
                }
                try wire.run()
                #expect(sent.starts(with: wire.received))
            }
        } catch {
            #expect(error != .closed)
            #expect(sent.starts(with: wire.received))
            let before = wire.received
            wire.distort = { $0 }
            if wire.server.isEstablished { wire.server.send([0xEE]) }
            #expect(throws: error) { try wire.run() }
            #expect(wire.received == before)
        }
        #expect(isDistorted || wire.received == sent)
        _ = wire.clientOutput()
    }

    /// Returns bytes that differ from `bytes`, which are not empty.
    private static func distorted(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var result = bytes
        let start = Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, start + Int.random(in: 1...40, using: &random))
        switch Int.random(in: 0..<7, using: &random) {
        case 0: result[start] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: result[start] &+= UInt8.random(in: 1...255, using: &random)
        case 2: result.removeSubrange(start..<end)
        case 3:
            result.insert(contentsOf: (start..<end).map { _ in UInt8.random(in: 0...255, using: &random) }, at: start)
        case 4: result.insert(contentsOf: bytes[start..<end], at: start)
        case 5: result.removeSubrange(start...)
        default: result += bytes
        }
        return result
    }
}
