internal import CFastCGI
internal import Glibc

/// libfcgi as the process sees it.
enum FastCGILibrary {
    /// Readies libfcgi, once, before any server is made and before threads start. libfcgi puts its own handlers in place
    /// of those for SIGPIPE, SIGTERM and SIGUSR1 when they are default or ignored, and a process with its SIGTERM
    /// handler never ends; this puts the latter two back and has SIGPIPE ignored.
    static func prepareProcess() {
        var terminate = sigaction()
        var user = sigaction()
        unsafe sigaction(SIGTERM, nil, &terminate)
        unsafe sigaction(SIGUSR1, nil, &user)
        let result = FCGX_Init()
        precondition(result == 0, "libfcgi cannot start: error \(result)")
        unsafe sigaction(SIGTERM, &terminate, nil)
        unsafe sigaction(SIGUSR1, &user, nil)
        _ = signal(SIGPIPE, SIG_IGN)
    }
}
