internal import Glibc

/// Descriptors 0, 1 and 2.
enum StandardDescriptors {
    /// Opens /dev/null as those of them that are closed, so that no socket or file becomes one of them by chance and
    /// gets what was meant for the log.
    static func open() {
        while true {
            let number = unsafe Glibc.open("/dev/null", O_RDWR)
            guard number >= 0 else { return }  // a place without /dev/null is no reason not to start
            if number > STDERR_FILENO {
                close(number)
                return
            }
        }
    }
}
