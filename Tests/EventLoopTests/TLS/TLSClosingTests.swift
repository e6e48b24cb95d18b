import COpenSSL
import Testing

@testable import EventLoop

@Suite struct TLSClosingTests {
    @Test(arguments: TLSHandshakeTests.versions)
    func `the server's close_notify is read after the bytes before it`(version: Int32) throws {
        let wire = try TLSConversation(version: version)
        try wire.run()
        wire.server.send([1, 2, 3])
        wire.server.close()
        #expect(throws: TLSError.closed) { try wire.run() }
        #expect(wire.received == [1, 2, 3])
        #expect(throws: TLSError.closed) { try wire.takeStep() }
        wire.client.close()
        wire.deliverToServer(wire.clientOutput())
        #expect(wire.server.isClosedByClient)
    }

    @Test(arguments: TLSHandshakeTests.versions)
    func `the client's close_notify is sent once, after the written bytes`(version: Int32) throws {
        let wire = try TLSConversation(version: version)
        try wire.run()
        try wire.write([1, 2, 3])
        wire.client.close()
        wire.deliverToServer(wire.clientOutput())
        #expect(wire.server.received == [1, 2, 3])
        #expect(wire.server.isClosedByClient)
        #expect(wire.server.failure == nil)
        wire.client.close()
        #expect(wire.clientOutput().isEmpty)
    }

    @Test(arguments: TLSHandshakeTests.versions)
    func `after the client's close_notify nothing can be written, but still be read`(version: Int32) throws {
        let wire = try TLSConversation(version: version)
        try wire.run()
        wire.client.close()
        #expect(throws: TLSError.closed) { try wire.write([1]) }
        wire.server.send([4, 5, 6])
        unsafe wire.server.takeOutput().withUnsafeBytes { unsafe wire.client.receive($0) }
        // A second call does not discard bytes that have arrived meanwhile.
        wire.client.close()
        try wire.takeStep()
        #expect(wire.received == [4, 5, 6])
    }

    @Test func `before the handshake no close_notify is sent`() throws {
        let wire = try TLSConversation()
        wire.client.close()
        #expect(wire.clientOutput().isEmpty)
        try wire.run()
        #expect(wire.isEstablished)
    }

    @Test func `a thousand sessions leak no objects`() throws {
        let authority = try TLSIdentity("authority", isAuthority: true)
        let identity = try TLSIdentity("server", alternatives: "DNS:redis.example", issuer: authority)
        // The first session may allocate objects that OpenSSL keeps for good.
        try TLSConversation(trusting: authority, identity).run()
        let living = try OpenSSLObjects.living {
            for number in 0..<1000 {
                let context = try TLSContext.trusting(authority, showing: authority)
                for host in ["redis.example", ".", "127.0.0.1"] {
                    let session = try? TLSSession(context, host: host)
                    #expect((session == nil) == (host == "."))
                    guard number % 4 == 0, let session else { continue }
                    // Half of these are refused: the address is not the certificate's.
                    let wire = TLSConversation(session, try TLSTestServer(identity))
                    #expect((try? wire.run()) != nil || host == "127.0.0.1")
                    #expect(wire.isEstablished == (host == "redis.example"))
                }
            }
        }
        #expect(living.count == 5)
        #expect(living.allSatisfy { $0.value == 0 }, "\(living)")
    }
}
