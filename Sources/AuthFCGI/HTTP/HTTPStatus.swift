/// The status codes that this program sends.
enum HTTPStatus: Int, CaseIterable {
    case ok = 200
    case noContent = 204
    case found = 302
    case seeOther = 303
    case badRequest = 400
    case unauthorized = 401
    case forbidden = 403
    case notFound = 404
    case methodNotAllowed = 405
    case conflict = 409
    case contentTooLarge = 413
    case unsupportedMediaType = 415
    case tooManyRequests = 429
    case internalServerError = 500
    case serviceUnavailable = 503

    /// The code and its reason phrase, the value of a CGI `Status` header.
    var line: StaticString {
        switch self {
        case .ok: "200 OK"
        case .noContent: "204 No Content"
        case .found: "302 Found"
        case .seeOther: "303 See Other"
        case .badRequest: "400 Bad Request"
        case .unauthorized: "401 Unauthorized"
        case .forbidden: "403 Forbidden"
        case .notFound: "404 Not Found"
        case .methodNotAllowed: "405 Method Not Allowed"
        case .conflict: "409 Conflict"
        case .contentTooLarge: "413 Content Too Large"
        case .unsupportedMediaType: "415 Unsupported Media Type"
        case .tooManyRequests: "429 Too Many Requests"
        case .internalServerError: "500 Internal Server Error"
        case .serviceUnavailable: "503 Service Unavailable"
        }
    }
}
