/// A request of a `LoadGenerator`.
package struct LoadRequest: Sendable {
    package var method: String
    package var path: String
    package var headers: [(String, String)]
    package var body: [UInt8]?

    package init(_ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }
}
