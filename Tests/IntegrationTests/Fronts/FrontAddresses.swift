import TestSupport

/// The addresses that replace those in a front's files.
struct FrontAddresses {
    /// The port of the site.
    let site: UInt16
    /// The port of the application.
    let application: UInt16
    /// The port of the gate for FastCGI, for Apache, which knows no unix sockets there.
    let fastCGI: UInt16
    /// The gate's unix sockets.
    let fastCGISocket: String
    let httpSocket: String

    init(in folder: TestFolder) throws {
        let ports = try Endpoint.freePorts(3)
        (site, application, fastCGI) = (ports[0], ports[1], ports[2])
        (fastCGISocket, httpSocket) = (folder.path("gate.sock"), folder.path("gate-http.sock"))
    }

    /// The addresses of the gate, in the form of LISTEN.
    var listen: String { "unix:\(fastCGISocket),http:unix:\(httpSocket),127.0.0.1:\(fastCGI)" }
}
