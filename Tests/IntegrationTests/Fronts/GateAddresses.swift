import TestSupport

/// The addresses at which the gate behind fronts listens.
struct GateAddresses {
    /// The port for FastCGI, for Apache, which knows no unix sockets there.
    let fastCGI: UInt16
    /// The unix sockets.
    let fastCGISocket: String
    let httpSocket: String

    init(in folder: TestFolder) throws {
        fastCGI = try Endpoint.freePorts(1)[0]
        (fastCGISocket, httpSocket) = (folder.path("gate.sock"), folder.path("gate-http.sock"))
    }

    /// All addresses, in the form of LISTEN.
    var listen: String { "unix:\(fastCGISocket),http:unix:\(httpSocket),127.0.0.1:\(fastCGI)" }
}
