import COpenSSL
import Testing
import TestSupport

@testable import EventLoop

/// A client under test and a server, connected by a wire that delivers bytes in chunks.
@safe final class TLSConversation {
    let client: TLSSession
    let server: TLSTestServer
    /// The maximum number of bytes that the wire delivers at once.
    var chunk = Int.max
    /// A transformation of the server's bytes on the wire.
    var distort: ([UInt8]) -> [UInt8] = { $0 }
    private(set) var isEstablished = false
    /// The plaintext received by the client.
    private(set) var received: [UInt8] = []
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 20_000, alignment: 1)

    init(_ client: TLSSession, _ server: TLSTestServer) {
        self.client = client
        self.server = server
    }

    deinit { unsafe buffer.deallocate() }

    /// Creates a client that trusts `authority` and expects `host`, and a server with the certificate.
    convenience init(
        host: String = "redis.example", trusting authority: TLSIdentity, _ identity: TLSIdentity,
        version: Int32 = TLS1_3_VERSION
    ) throws {
        self.init(
            try TLSSession(try .trusting(authority), host: host), try TLSTestServer(identity, version: version))
    }

    /// Creates a client and a server that it accepts.
    convenience init(version: Int32 = TLS1_3_VERSION) throws {
        let authority = try TLSIdentity("authority", isAuthority: true)
        let identity = try TLSIdentity("server", alternatives: "DNS:redis.example", issuer: authority)
        try self.init(trusting: authority, identity, version: version)
    }

    /// Delivers bytes in both directions until both sides wait.
    func run() throws(TLSError) {
        while true {
            try takeStep()
            let toServer = clientOutput()
            deliverToServer(toServer)
            let toClient = distort(server.takeOutput())
            try deliverToClient(toClient)
            if toServer.isEmpty, toClient.isEmpty { return }
        }
    }

    /// Returns the bytes that the client sends.
    func clientOutput() -> [UInt8] {
        var bytes: [UInt8] = []
        client.takeCiphertext(into: &bytes)
        return bytes
    }

    func deliverToServer(_ bytes: [UInt8]) {
        for start in stride(from: 0, to: bytes.count, by: min(chunk, max(bytes.count, 1))) {
            let end = min(bytes.count, start + min(chunk, bytes.count))
            unsafe bytes[start..<end].withUnsafeBytes { unsafe server.receive($0) }
        }
    }

    func deliverToClient(_ bytes: [UInt8]) throws(TLSError) {
        for start in stride(from: 0, to: bytes.count, by: min(chunk, max(bytes.count, 1))) {
            let end = min(bytes.count, start + min(chunk, bytes.count))
            unsafe bytes[start..<end].withUnsafeBytes { unsafe client.receive($0) }
            try takeStep()
        }
    }

    /// Performs the client's next step: the handshake, then reading.
    func takeStep() throws(TLSError) {
        if !isEstablished { isEstablished = try client.shakeHands() }
        guard isEstablished else { return }
        while case let count = try unsafe client.read(into: buffer), count > 0 { unsafe received += buffer[..<count] }
    }

    func write(_ plaintext: [UInt8]) throws(TLSError) {
        try unsafe plaintext.span.bytes.withUnsafeBytes { bytes throws(TLSError) in try unsafe client.write(bytes) }
    }
}

extension TLSContext {
    /// Returns a context that trusts only `authority`, with a client certificate or none.
    static func trusting(_ authority: TLSIdentity, showing own: TLSIdentity? = nil) throws -> TLSContext {
        let authorities = try MemoryFile(authority.certificatePEM)
        let certificate = try MemoryFile(own?.certificatePEM ?? "")
        let key = try MemoryFile(own?.keyPEM ?? "")
        return try TLSContext(
            authorities: authorities.path, certificate: own.map { _ in certificate.path },
            key: own.map { _ in key.path })
    }
}
