/// Reads a gate's response to one request, in one of its protocols.
protocol ResponseReader {
    /// The name of the protocol in messages.
    var protocolName: String { get }

    /// Processes the next bytes of the connection.
    mutating func receive(_ bytes: some Sequence<UInt8>)

    /// True once the response is complete.
    var isComplete: Bool { get }

    /// True if the bytes are no valid response.
    var isMalformed: Bool { get }

    /// The status code; nil if the response has none.
    var status: Int? { get }

    /// The text after the headers.
    var body: Substring { get }
}
