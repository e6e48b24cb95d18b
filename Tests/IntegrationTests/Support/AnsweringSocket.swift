import Foundation
import Glibc
import TestSupport

/// A server that responds to the bytes of each connection once they are complete, and then closes the connection.
///
/// It has one thread and serves one connection after the other. It ends when the last reference is released.
final class AnsweringSocket: Sendable {
    private let listener: Descriptor

    /// Starts the server.
    ///
    /// - Parameter answer: Returns the response to all bytes received so far, or nil if they are incomplete.
    init(at endpoint: Endpoint, answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) throws {
        let listener = try endpoint.makeListener(isBlocking: true)
        self.listener = listener
        Thread.detachNewThread {
            while true {
                let connection = accept(listener.number, nil, nil)
                if connection >= 0 {
                    Self.serve(connection, answer)
                    close(connection)
                } else if errno != EINTR, errno != ECONNABORTED {
                    return
                }
            }
        }
    }

    deinit {
        // Ends the thread's accept.
        shutdown(listener.number, Int32(SHUT_RDWR))
    }

    private static func serve(_ connection: Int32, _ answer: ([UInt8]) -> [UInt8]?) {
        var limit = timeval(tv_sec: 3, tv_usec: 0)
        unsafe setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            received += buffer.prefix(count)
            if let answer = answer(received) { return send(answer[...], connection) }
        }
    }

    private static func send(_ bytes: ArraySlice<UInt8>, _ connection: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
