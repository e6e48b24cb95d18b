/// What has been read of a request that has arrived in part. An object of its own, because an idle connection needs none, and
/// its memory is many times that of the connection.
final class HTTPPartialRequest {
    let scanner: HTTPRequestScanner

    init(_ scanner: HTTPRequestScanner) { self.scanner = scanner }
}
