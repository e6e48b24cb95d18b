/// A small blocking HTTP/1.1 client for one server. Not for use by several threads at a time.
package final class HTTPClient {
    private let endpoint: Endpoint
    private let keepsAlive: Bool
    private let timeout: Duration
    private var socket: StreamSocket?
    /// A Boolean value that indicates whether the connection has carried a response: the server may have closed it
    /// since.
    private var isReused = false

    /// The number of connections made so far.
    package private(set) var connectionCount = 0

    /// Creates a client. It connects with the first request.
    ///
    /// - Parameters:
    ///   - keepsAlive: Whether one connection is used for all requests. Otherwise each request has its own and is sent
    ///     with `Connection: close`.
    ///   - timeout: The timeout for a whole request, from connecting to the last byte of the response.
    package init(_ endpoint: Endpoint, keepsAlive: Bool = false, timeout: Duration = .seconds(10)) {
        self.endpoint = endpoint
        self.keepsAlive = keepsAlive
        self.timeout = timeout
    }

    /// Sends a request and reads its response. After a 101 the body is what comes until the connection ends. Host,
    /// Connection and Content-Length are added unless they are in `headers`. A GET or HEAD on a kept connection that the server has closed is repeated once on a new one.
    package func request(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil
    ) throws -> HTTPAnswer {
        var bytes = Array("\(method) \(path) HTTP/1.1\r\n".utf8)
        func add(_ name: String, _ value: String) { bytes += "\(name): \(value)\r\n".utf8 }
        func adds(_ name: String) -> Bool { !headers.contains { $0.0.lowercased() == name } }
        if adds("host") { add("Host", "localhost") }
        if !keepsAlive, adds("connection") { add("Connection", "close") }
        if let body, adds("content-length"), adds("transfer-encoding") { add("Content-Length", "\(body.count)") }
        for (name, value) in headers { add(name, value) }
        bytes += [0x0D, 0x0A]
        bytes += body ?? []

        let isIdempotent = isReused && (method == "GET" || method == "HEAD")
        let deadline = Deadline(within: timeout)
        do {
            try send(bytes, until: deadline)
            if let answer = try receiveIfAny(toMethod: method, until: deadline) { return answer }
            guard isIdempotent else { throw SupportError.unexpected("\(endpoint) closed without an answer") }
            try send(bytes, until: deadline)
            if let answer = try receiveIfAny(toMethod: method, until: deadline) { return answer }
            throw SupportError.unexpected("\(endpoint) closed without an answer")
        } catch {
            close()
            throw error
        }
    }

    package func get(_ path: String, headers: [(String, String)] = []) throws -> HTTPAnswer {
        try request("GET", path, headers: headers)
    }

    /// Sends a POST request with a text, which is JSON unless another type is given.
    package func post(
        _ path: String, _ text: String, type: String = "application/json", headers: [(String, String)] = []
    ) throws -> HTTPAnswer {
        try request("POST", path, headers: headers + [("Content-Type", type)], body: Array(text.utf8))
    }

    /// Sends a POST request with form fields, as a browser does.
    package func post(
        _ path: String, form: [(String, String)], headers: [(String, String)] = []
    ) throws -> HTTPAnswer {
        let text = form.map { "\(Self.formEncoded($0))=\(Self.formEncoded($1))" }.joined(separator: "&")
        return try post(path, text, type: "application/x-www-form-urlencoded", headers: headers)
    }

    /// Sends bytes unchanged, on the open connection or on a new one. Meant for malformed and for slow requests.
    package func send(_ bytes: [UInt8]) throws {
        try send(bytes, until: Deadline(within: timeout))
    }

    /// Reads one response from the open connection.
    ///
    /// - Parameter method: The method of the request. A response to HEAD has no body.
    /// - Returns: Nil if the server closed the connection without a response.
    package func receive(toMethod method: String = "GET") throws -> HTTPAnswer? {
        try receiveIfAny(toMethod: method, until: Deadline(within: timeout))
    }

    /// Returns whether the server closes or has closed the open connection in time.
    package func isClosedByServer(within duration: Duration) throws -> Bool {
        try socket?.isClosed(within: duration) ?? true
    }

    /// Closes the connection. The next request makes a new one.
    package func close() {
        socket = nil
        isReused = false
    }

    private func send(_ bytes: [UInt8], until deadline: Deadline) throws {
        let open: StreamSocket
        if let socket {
            open = socket
        } else {
            open = try StreamSocket(connectingTo: endpoint, until: deadline)
            socket = open
            connectionCount += 1
        }
        // A server that closes the connection early may have sent a response before, so a failure is no error here.
        _ = try open.send(bytes, until: deadline)
    }

    private func receiveIfAny(toMethod method: String, until deadline: Deadline) throws -> HTTPAnswer? {
        guard let socket else { throw SupportError.unexpected("no connection to \(endpoint)") }
        while true {
            guard let head = try HeaderList.parse(socket.available, hasStartLine: true) else {
                if try socket.receive(until: deadline) { continue }
                guard socket.available.isEmpty else {
                    throw SupportError.unexpected("\(endpoint) closed within the headers")
                }
                close()
                return nil
            }
            _ = socket.take(head.length)
            let words = head.startLine.split(separator: " ", maxSplits: 2)
            guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
                throw SupportError.unexpected("not an HTTP answer: \(head.startLine)")
            }
            if (100..<200).contains(status), status != 101 { continue }
            let hasBody = method != "HEAD" && status != 204 && status != 304
            let (body, isDelimited) = hasBody ? try readBody(of: head.headers, socket, deadline) : ([], true)
            let isKept = isDelimited && head.headers["Connection"]?.lowercased() != "close" && words[0] == "HTTP/1.1"
            if keepsAlive && isKept { isReused = true } else { close() }
            return HTTPAnswer(status: status, headers: head.headers, body: body)
        }
    }

    /// Reads the body. Also returns whether its end was determined by something else than the end of the connection.
    private func readBody(
        of headers: HeaderList, _ socket: StreamSocket, _ deadline: Deadline
    ) throws -> (body: [UInt8], isDelimited: Bool) {
        if headers["Transfer-Encoding"]?.lowercased() == "chunked" {
            return (try readChunks(socket, deadline), true)
        }
        if let length = headers["Content-Length"] {
            guard let count = Int(length), count >= 0 else {
                throw SupportError.unexpected("not a length: \(length)")
            }
            let body = try socket.take(exactly: count, until: deadline)
            guard body.count == count else {
                throw SupportError.unexpected("\(endpoint) closed after \(body.count) of \(count) bytes")
            }
            return (body, true)
        }
        while try socket.receive(until: deadline) {}
        return (socket.take(socket.available.count), false)
    }

    private func readChunks(_ socket: StreamSocket, _ deadline: Deadline) throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try readLine(socket, deadline)
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0 else {
                throw SupportError.unexpected("not a chunk's size: \(line)")
            }
            guard size > 0 else { break }
            body += try socket.take(exactly: size, until: deadline)
            guard try readLine(socket, deadline).isEmpty else {
                throw SupportError.unexpected("a chunk without its end")
            }
        }
        while try !readLine(socket, deadline).isEmpty {}
        return body
    }

    private func readLine(_ socket: StreamSocket, _ deadline: Deadline) throws -> String {
        while true {
            if let end = socket.available.firstIndex(of: 0x0A) {
                let line = socket.take(end + 1 - socket.available.startIndex).dropLast()
                return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
            }
            guard try socket.receive(until: deadline) else {
                throw SupportError.unexpected("\(endpoint) closed within a chunked body")
            }
        }
    }

    private static func formEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = UnicodeScalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || (0x30...0x39).contains(byte))
            if isPlain { return String(Character(scalar)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
