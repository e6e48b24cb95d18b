import TestSupport

/// The addresses at which the gate behind fronts listens.
struct GateAddresses {
    /// The port for FastCGI, for Apache, which knows no unix sockets there.
    let fastCGI: UInt16
    /// The unix sockets.
    let fastCGISocket: String
    let httpSocket: String

    /// Chooses the addresses of a `GateProcess`.
    ///
    /// - Parameter name: The name of that one in `folder`.
    init(in folder: TestFolder, name: String = "gate") throws {
        fastCGI = try Endpoint.freePorts(1)[0]
        (fastCGISocket, httpSocket) = (folder.path("\(name).sock"), folder.path("\(name)-http.sock"))
    }

    /// All addresses, in the form of LISTEN.
    var listen: String { "unix:\(fastCGISocket),http:unix:\(httpSocket),127.0.0.1:\(fastCGI)" }
}
