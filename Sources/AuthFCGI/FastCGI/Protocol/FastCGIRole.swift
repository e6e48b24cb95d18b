/// The role of the application in a request, with the numbers of the FastCGI specification (section 5.1).
enum FastCGIRole: UInt16 {
    /// Respond to an HTTP request.
    case responder = 1
    /// Authorize an HTTP request, with variables for the request if it is authorized.
    case authorizer = 2
}
