extension OriginalRequest {
    /// Reads the facts from the head of an HTTP request.
    /// - Parameters:
    ///   - request: a request that ``HTTPRequestScanner`` has found complete.
    ///   - peer: the text of the peer's address; empty for a unix socket.
    init(http request: Span<UInt8>, _ head: HTTPHead, peer: [UInt8], _ proxies: TrustedProxies) {
        var positions = head.facts
        let client = head.forwardedFor.client(in: request, proxies)
        let peer = client == nil ? peer : []
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: head.size + peer.count) { buffer, count in
            var writer = unsafe ByteWriter(buffer)
            writer.append(request.extracting(0..<head.size))
            writer.append(peer.span)
            count = writer.count
        }
        if let client {
            positions.add(.clientAddress, at: client)
        } else if !peer.isEmpty {
            positions.add(.clientAddress, at: head.size..<head.size + peer.count)
        }
        self.init(bytes, positions)
    }
}
