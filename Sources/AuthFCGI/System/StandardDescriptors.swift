internal import Glibc

/// Descriptors 0, 1 and 2.
enum StandardDescriptors {
    /// Opens /dev/null for each that is closed, so that no socket or file gets one of these numbers and receives log
    /// lines or output. For reading only, so that a command notices that its output is lost.
    static func open() {
        while true {
            let number = unsafe Glibc.open("/dev/null", O_RDONLY)
            guard number >= 0 else { return }  // a system without /dev/null: start nevertheless
            if number > STDERR_FILENO {
                close(number)
                return
            }
        }
    }
}
