import COpenSSL
import Testing
import TestSupport

@testable import EventLoop

@Suite struct TLSHandshakeTests {
    static let versions = [TLS1_2_VERSION, TLS1_3_VERSION]

    @Test(arguments: versions)
    func `the expected name is announced to the server, and bytes pass in both directions`(version: Int32) throws {
        let wire = try TLSConversation(version: version)
        try wire.run()
        #expect(wire.isEstablished)
        #expect(wire.server.requestedName == "redis.example")
        try wire.write(Array("PING\r\n".utf8))
        wire.server.send(Array("+PONG\r\n".utf8))
        try wire.run()
        #expect(wire.server.received == Array("PING\r\n".utf8))
        #expect(wire.received == Array("+PONG\r\n".utf8))
    }

    @Test(arguments: [
        (1, 1, TLS1_3_VERSION), (1, 1, TLS1_2_VERSION), (1, 100, TLS1_3_VERSION), (1, 16_384, TLS1_3_VERSION),
        (1 << 20, 1, TLS1_3_VERSION), (1 << 20, 100, TLS1_3_VERSION), (1 << 20, 16_384, TLS1_3_VERSION),
        (1 << 20, 16_384, TLS1_2_VERSION),
    ])
    func `an echo arrives complete, however the network splits it`(size: Int, chunk: Int, version: Int32) throws {
        var random = SeededGenerator(seed: UInt64(size + chunk))
        let message = (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let wire = try TLSConversation(version: version)
        wire.chunk = chunk
        try wire.run()
        try wire.write(message)
        try wire.run()
        #expect(wire.server.received == message)
        wire.server.send(wire.server.received)
        try wire.run()
        #expect(wire.received == message)
    }

    @Test func `nothing is read and nothing is sent before the server answers`() throws {
        let wire = try TLSConversation()
        try wire.takeStep()
        #expect(!wire.isEstablished)
        #expect(wire.clientOutput().first == 0x16)
        try wire.takeStep()
        #expect(wire.clientOutput().isEmpty)
        var byte: UInt8 = 0
        #expect(try unsafe withUnsafeMutableBytes(of: &byte) { try unsafe wire.client.read(into: $0) } == 0)
    }

    @Test func `bytes to be sent are appended to those already in the buffer`() throws {
        let wire = try TLSConversation()
        try wire.takeStep()
        var bytes: [UInt8] = [1, 2, 3]
        wire.client.takeCiphertext(into: &bytes)
        #expect(bytes.prefix(4) == [1, 2, 3, 0x16])
        let whole = bytes
        wire.client.takeCiphertext(into: &bytes)
        #expect(bytes == whole)
    }

    @Test func `a server that supports only TLS 1_1 is refused`() throws {
        let wire = try TLSConversation(version: TLS1_1_VERSION)
        #expect(throws: TLSError.protocol("the server sent the alert \"protocol version\"")) { try wire.run() }
    }

    @Test func `a server that downgrades to TLS 1_1 is refused`() throws {
        let wire = try TLSConversation()
        try wire.takeStep()
        let hello: [UInt8] =
            [0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2] + [UInt8](repeating: 7, count: 32) + [0, 0xC0, 0x13, 0]
        #expect(throws: TLSError.protocol("unsupported protocol")) { try wire.deliverToClient(hello) }
    }

    @Test func `the server updates its keys and requests an update of the client's`() throws {
        let wire = try TLSConversation()
        try wire.run()
        wire.server.updateKeys()
        wire.server.send([1])
        try wire.run()
        try wire.write([2])
        try wire.run()
        #expect(wire.received == [1])
        #expect(wire.server.received == [2])
        #expect(wire.server.failure == nil)
    }

    @Test func `a renegotiation is declined`() throws {
        let wire = try TLSConversation(version: TLS1_2_VERSION)
        try wire.run()
        wire.server.renegotiate()
        // The client answers with a warning, after which this server gives up.
        #expect(throws: TLSError.protocol("the server sent the alert \"handshake failure\"")) { try wire.run() }
        #expect(wire.server.failure == "no renegotiation")
    }

    @Test func `bytes written in the middle of a session ticket are sent when the ticket is complete`() throws {
        // The ticket contains the client's certificate, which exceeds a record of this server.
        let names = (0..<60).map { "DNS:name-\($0).example" }.joined(separator: ",")
        let authority = try TLSIdentity("authority", isAuthority: true)
        let identity = try TLSIdentity("redis.example", alternatives: "DNS:redis.example", issuer: authority)
        let own = try TLSIdentity("client", alternatives: names, issuer: authority)
        let wire = TLSConversation(
            try TLSSession(try .trusting(authority, showing: own), host: "redis.example"),
            try TLSTestServer(identity, clientAuthority: authority, fragment: 512))
        try wire.takeStep()
        wire.deliverToServer(wire.clientOutput())
        try wire.deliverToClient(wire.server.takeOutput())
        wire.deliverToServer(wire.clientOutput())
        let tickets = wire.server.takeOutput()
        #expect(wire.isEstablished)
        #expect(wire.server.isEstablished)
        let firstRecord = 5 + Int(tickets[3]) << 8 + Int(tickets[4])
        try wire.deliverToClient(Array(tickets[..<firstRecord]))
        try wire.write([1])
        try wire.write([2, 3])
        #expect(wire.clientOutput().isEmpty)
        try wire.deliverToClient(Array(tickets[firstRecord...]))
        wire.deliverToServer(wire.clientOutput())
        #expect(wire.server.received == [1, 2, 3])
        try wire.write([4])
        try wire.run()
        #expect(wire.server.received == [1, 2, 3, 4])
    }
}
