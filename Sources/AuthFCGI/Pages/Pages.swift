/// Makes the answers for people with a browser. A stand-in, which shows what it was given, until the templates are merged.
struct Pages: Sendable {
    init() {}

    func response(
        _ page: Page, _ status: HTTPStatus = .ok, to request: OriginalRequest,
        headers: [(name: HeaderName, value: HeaderValue)] = []
    ) -> Response {
        Response(status, .html, Array("<!DOCTYPE html><p>\(page)".utf8), headers: headers)
    }
}
