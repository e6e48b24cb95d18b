/// The FastCGI parameters that carry the facts of a request.
///
/// Facts from the web server itself have names without `HTTP_`. Every web server turns a client's header X into `HTTP_X`,
/// so that no client can set these. Facts from the client have the names of its headers.
extension OriginalRequest.Fact {
    var parameterName: StaticString {
        switch self {
        case .path: "SCRIPT_NAME"
        case .pathInfo: "PATH_INFO"
        case .method: "REQUEST_METHOD"
        case .query: "QUERY_STRING"
        case .clientAddress: "REMOTE_ADDR"
        case .scheme: "REQUEST_SCHEME"
        case .host: "AUTH_ORIGINAL_HOST"
        case .originalURI: "AUTH_ORIGINAL_URI"
        case .originalMethod: "AUTH_ORIGINAL_METHOD"
        case .requirement: "AUTH_REQUIRE"
        case .requestID: "AUTH_REQUEST_ID"
        case .authorization: "HTTP_AUTHORIZATION"
        case .cookie: "HTTP_COOKIE"
        case .contentType: "CONTENT_TYPE"
        case .origin: "HTTP_ORIGIN"
        case .fetchSite: "HTTP_SEC_FETCH_SITE"
        case .fetchMode: "HTTP_SEC_FETCH_MODE"
        case .accept: "HTTP_ACCEPT"
        case .acceptLanguage: "HTTP_ACCEPT_LANGUAGE"
        case .userAgent: "HTTP_USER_AGENT"
        case .traceparent: "HTTP_TRACEPARENT"
        }
    }

    /// The fact that is carried by the parameter `name`; nil if it carries none.
    @inline(__always)
    init?(parameterName name: Span<UInt8>) {
        guard name.count >= 9 else { return nil }
        // The ninth byte distinguishes names of the same length, but for two, which differ in the sixteenth.
        let candidate: Self
        switch (name.count, name[8]) {
        case (9, UInt8(ascii: "O")): candidate = .pathInfo
        case (11, UInt8(ascii: "A")): candidate = .path
        case (11, UInt8(ascii: "K")): candidate = .cookie
        case (11, UInt8(ascii: "D")): candidate = .clientAddress
        case (11, UInt8(ascii: "G")): candidate = .origin
        case (11, UInt8(ascii: "E")): candidate = .accept
        case (12, UInt8(ascii: "U")): candidate = .requirement
        case (12, UInt8(ascii: "R")): candidate = .query
        case (12, UInt8(ascii: "T")): candidate = .contentType
        case (14, UInt8(ascii: "M")): candidate = .method
        case (14, UInt8(ascii: "S")): candidate = .scheme
        case (15, UInt8(ascii: "U")): candidate = .requestID
        case (15, UInt8(ascii: "R")): candidate = .userAgent
        case (16, UInt8(ascii: "C")): candidate = .traceparent
        case (17, UInt8(ascii: "G")): candidate = .originalURI
        case (18, UInt8(ascii: "H")): candidate = .authorization
        case (18, UInt8(ascii: "G")): candidate = .host
        case (19, UInt8(ascii: "_")): candidate = name[15] == UInt8(ascii: "S") ? .fetchSite : .fetchMode
        case (20, UInt8(ascii: "G")): candidate = .originalMethod
        case (20, UInt8(ascii: "E")): candidate = .acceptLanguage
        default: return nil
        }
        guard name.equals(candidate.parameterName) else { return nil }
        self = candidate
    }
}
