internal import CFastCGI
internal import Glibc

/// The process-wide state of libfcgi.
enum FastCGILibrary {
    /// Initializes libfcgi. To be called once, before other threads start.
    ///
    /// libfcgi replaces the actions of SIGPIPE, SIGTERM and SIGUSR1 if they are default or ignored, and its handler of
    /// SIGTERM only sets a flag, so that the process would not end. This restores the last two and ignores SIGPIPE.
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
