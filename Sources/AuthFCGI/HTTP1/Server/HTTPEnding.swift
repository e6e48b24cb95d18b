/// How an HTTP connection ends after its last response.
enum HTTPEnding {
    /// It is closed at once.
    case close
    /// It is closed when the peer has closed. Closing a socket with unread bytes resets the connection, and the peer might lose
    /// the response.
    case linger
}
