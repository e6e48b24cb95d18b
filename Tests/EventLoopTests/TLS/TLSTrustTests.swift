import COpenSSL
import Testing
import TestSupport

@testable import EventLoop

/// The verification of the server's certificate by the client, and of the client's by the server.
@Suite struct TLSTrustTests {
    private let authority: TLSIdentity

    init() throws { authority = try TLSIdentity("authority", isAuthority: true) }

    private func refusal(host: String, _ identity: TLSIdentity, version: Int32 = TLS1_3_VERSION) throws -> TLSError? {
        let wire = try TLSConversation(host: host, trusting: authority, identity, version: version)
        do throws(TLSError) {
            try wire.run()
            #expect(wire.isEstablished)
            return nil
        } catch {
            #expect(!wire.isEstablished)
            #expect(throws: error) { try wire.client.shakeHands() }
            // The server gets an alert.
            wire.deliverToServer(wire.clientOutput())
            #expect(wire.server.failure != nil)
            #expect(wire.server.received.isEmpty)
            return error
        }
    }

    private func server(_ alternatives: String?, name: String = "server") throws -> TLSIdentity {
        try TLSIdentity(name, alternatives: alternatives, issuer: authority)
    }

    @Test(arguments: TLSHandshakeTests.versions)
    func `a certificate for another name is refused`(version: Int32) throws {
        #expect(
            try refusal(host: "redis.example", server("DNS:other.example"), version: version)
                == .certificate("hostname mismatch"))
    }

    @Test(arguments: ["redis.example", "REDIS.example", "redis.example."])
    func `a name matches in capitals and with a trailing dot`(host: String) throws {
        #expect(try refusal(host: host, server("DNS:redis.example")) == nil)
    }

    @Test func `a wildcard stands for one whole label`() throws {
        #expect(try refusal(host: "a.redis.example", server("DNS:*.redis.example")) == nil)
        #expect(
            try refusal(host: "a.b.redis.example", server("DNS:*.redis.example")) == .certificate("hostname mismatch"))
        #expect(
            try refusal(host: "abc.redis.example", server("DNS:a*.redis.example")) == .certificate("hostname mismatch"))
    }

    @Test func `an alternative name rules out the common name`() throws {
        #expect(
            try refusal(host: "redis.example", server("DNS:other.example", name: "redis.example"))
                == .certificate("hostname mismatch"))
    }

    @Test(arguments: [("192.0.2.7", "IP:192.0.2.7"), ("2001:db8::7", "IP:2001:db8:0:0::7"), ("::1", "IP:::1")])
    func `a host that is an address needs a certificate for the address`(host: String, alternative: String) throws {
        #expect(try refusal(host: host, server(alternative)) == nil)
        #expect(try refusal(host: host, server("IP:192.0.2.8,IP:::2")) == .certificate("IP address mismatch"))
        #expect(try refusal(host: host, server(nil, name: host)) == .certificate("IP address mismatch"))
    }

    @Test func `an address written as a name in the certificate does not count`() throws {
        #expect(try refusal(host: "192.0.2.7", server("DNS:192.0.2.7")) == .certificate("IP address mismatch"))
    }

    @Test func `an address is not announced to the server as a name`() throws {
        let wire = try TLSConversation(host: "192.0.2.7", trusting: authority, server("IP:192.0.2.7"))
        try wire.run()
        #expect(wire.isEstablished)
        #expect(wire.server.requestedName == nil)
    }

    @Test(arguments: TLSHandshakeTests.versions)
    func `a certificate of an unknown authority is refused`(version: Int32) throws {
        let stranger = try TLSIdentity("stranger", isAuthority: true)
        let identity = try TLSIdentity("server", alternatives: "DNS:redis.example", issuer: stranger)
        #expect(
            try refusal(host: "redis.example", identity, version: version)
                == .certificate("unable to get local issuer certificate"))
    }

    @Test func `an authority of the same name with another key is no authority`() throws {
        let impostor = try TLSIdentity("authority", isAuthority: true)
        let identity = try TLSIdentity("server", alternatives: "DNS:redis.example", issuer: impostor)
        #expect(
            try refusal(host: "redis.example", identity) == .certificate("certificate signature failure"))
    }

    @Test func `a certificate of an intermediate authority is accepted`() throws {
        let between = try TLSIdentity("between", issuer: authority, isAuthority: true)
        let identity = try TLSIdentity("server", alternatives: "DNS:redis.example", issuer: between)
        #expect(try refusal(host: "redis.example", identity) == nil)
    }

    @Test func `a certificate whose signer is not an authority is refused`() throws {
        let leaf = try server("DNS:leaf.example", name: "leaf")
        let identity = try TLSIdentity("server", alternatives: "DNS:redis.example", issuer: leaf)
        #expect(try refusal(host: "redis.example", identity) == .certificate("invalid CA certificate"))
    }

    @Test(arguments: TLSHandshakeTests.versions)
    func `an expired certificate is refused`(version: Int32) throws {
        let identity = try TLSIdentity(
            "server", alternatives: "DNS:redis.example", issuer: authority, validity: -7200 ..< -3600)
        #expect(
            try refusal(host: "redis.example", identity, version: version) == .certificate("certificate has expired"))
    }

    @Test func `a certificate from the future is refused`() throws {
        let identity = try TLSIdentity(
            "server", alternatives: "DNS:redis.example", issuer: authority, validity: 3600..<7200)
        #expect(try refusal(host: "redis.example", identity) == .certificate("certificate is not yet valid"))
    }

    @Test func `a self-signed certificate is refused`() throws {
        let identity = try TLSIdentity("server", alternatives: "DNS:redis.example")
        #expect(try refusal(host: "redis.example", identity) == .certificate("self-signed certificate"))
    }

    @Test func `a self-signed certificate that is the authority itself is accepted`() throws {
        let identity = try TLSIdentity("server", alternatives: "DNS:redis.example")
        let wire = try TLSConversation(trusting: identity, identity)
        try wire.run()
        #expect(wire.isEstablished)
    }

    @Test func `a self-made certificate is refused with the system's authorities`() throws {
        let context = try TLSContext(authorities: nil, certificate: nil, key: nil)
        let wire = TLSConversation(
            try TLSSession(context, host: "redis.example"), try TLSTestServer(try server("DNS:redis.example")))
        #expect(throws: TLSError.certificate("unable to get local issuer certificate")) { try wire.run() }
    }

    @Test(arguments: TLSHandshakeTests.versions)
    func `a server that requests a certificate gets it`(version: Int32) throws {
        let own = try TLSIdentity("client", issuer: authority)
        let wire = TLSConversation(
            try TLSSession(try .trusting(authority, showing: own), host: "redis.example"),
            try TLSTestServer(try server("DNS:redis.example"), version: version, clientAuthority: authority))
        try wire.run()
        try wire.write([1])
        try wire.run()
        #expect(wire.server.clientHasCertificate)
        #expect(wire.server.received == [1])
    }

    @Test(arguments: TLSHandshakeTests.versions)
    func `a server that requires a certificate and gets none sends an alert`(version: Int32) throws {
        let wire = TLSConversation(
            try TLSSession(try .trusting(authority), host: "redis.example"),
            try TLSTestServer(try server("DNS:redis.example"), version: version, clientAuthority: authority))
        let alert = version == TLS1_3_VERSION ? "certificate required" : "handshake failure"
        let error = TLSError.protocol("the server sent the alert \"\(alert)\"")
        #expect(throws: error) { try wire.run() }
        // In TLS 1.3 the client's handshake is complete before the server can send its alert.
        #expect(wire.isEstablished == (version == TLS1_3_VERSION))
        #expect(throws: error) { try wire.takeStep() }
        if wire.isEstablished { #expect(throws: error) { try wire.write([1]) } }
    }

    @Test func `a server refuses a client's certificate of an unknown authority`() throws {
        let own = try TLSIdentity("client", issuer: try TLSIdentity("stranger", isAuthority: true))
        let wire = TLSConversation(
            try TLSSession(try .trusting(authority, showing: own), host: "redis.example"),
            try TLSTestServer(try server("DNS:redis.example"), clientAuthority: authority))
        #expect(throws: TLSError.protocol("the server sent the alert \"unknown ca\"")) { try wire.run() }
    }
}
