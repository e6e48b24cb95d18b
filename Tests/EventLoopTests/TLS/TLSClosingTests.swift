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
