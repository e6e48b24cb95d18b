/// What the web server wants from us, by the numbers of the FastCGI specification (section 5.1).
enum FastCGIRole: UInt16 {
    /// An HTTP answer to an HTTP request.
    case responder = 1
    /// Yes or no, with variables for the request that goes on.
    case authorizer = 2
}
