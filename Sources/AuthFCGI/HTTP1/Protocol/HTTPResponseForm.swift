/// The form in which a response is sent.
struct HTTPResponseForm: Equatable {
    /// True for a request with the method HEAD: the response ends with its headers.
    let isHead: Bool
    let isHTTP10: Bool
    /// True if the connection is kept for another request.
    var keepsConnection: Bool
    /// True if the request's body was not read: the connection is closed only after the peer has closed.
    let lingers: Bool

    /// Returns the form of the refusal of a request, of which nothing but the method is believed, if that was read: no
    /// response to HEAD has a body (RFC 9112, section 6.3), and a front might take one for its next response.
    static func refusal(of request: HTTPRequestScanner?) -> HTTPResponseForm {
        HTTPResponseForm(isHead: request?.head.isHead == true, isHTTP10: false, keepsConnection: false, lingers: true)
    }

    /// Appends a response with its head (RFC 9112, section 4).
    /// - Parameter date: the value of the header Date.
    func append(_ response: SerializedResponse, date: [UInt8], to output: inout [UInt8]) {
        let bytes = response.bytes
        let end = isHead ? bytes.count - response.bodyBytes : bytes.count
        let endOfStatus = bytes.span.firstIndex(of: HTTPSyntax.carriageReturn) ?? end
        output.append("HTTP/1.1 ")
        output.append(contentsOf: bytes[..<endOfStatus])
        output.append("\r\nDate: ")
        output.append(contentsOf: date)
        if !keepsConnection {
            output.append("\r\nConnection: close")
        } else if isHTTP10 {
            output.append("\r\nConnection: keep-alive")
        }
        output.append(contentsOf: bytes[endOfStatus..<end])
    }

    /// The interim response that makes a client send a body that it holds back (RFC 9110, section 15.2.1).
    static func appendContinue(to output: inout [UInt8]) { output.append("HTTP/1.1 100 Continue\r\n\r\n") }
}

extension HTTPResponseForm {
    /// The form of the response to a request that is complete.
    init(to request: HTTPRequestScanner) {
        self.init(
            isHead: request.head.isHead, isHTTP10: request.head.isHTTP10, keepsConnection: request.keepsConnection,
            lingers: request.bodyIsTooLong)
    }
}
