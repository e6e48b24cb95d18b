/// A complete HTTP response.
package struct HTTPAnswer: Sendable, CustomStringConvertible {
    package let status: Int
    package let headers: HeaderList
    package let body: [UInt8]

    /// The body as UTF-8.
    package var text: String { String(decoding: body, as: UTF8.self) }

    package var description: String { "\(status)\n\(headers)\n\n\(text)" }
}
