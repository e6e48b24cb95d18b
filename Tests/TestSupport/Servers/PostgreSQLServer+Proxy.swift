extension PostgreSQLServer {
    /// Starts a server in a folder of its own, with a proxy before it.
    /// - Returns: The server, the proxy, and the connection string through the proxy.
    package static func startBehindProxy() throws -> (server: PostgreSQLServer, proxy: SocketProxy, url: String) {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder)
        let proxyFolder = try folder.makeFolder("proxy")
        let proxy = try SocketProxy(before: server, socketFolder: proxyFolder)
        return (server, proxy, server.url(through: proxyFolder))
    }
}
