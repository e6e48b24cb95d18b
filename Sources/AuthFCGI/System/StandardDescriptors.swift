internal import Glibc

/// Descriptors 0, 1 and 2.
enum StandardDescriptors {
    /// Opens /dev/null for each that is closed, so that no socket or file gets one of these numbers and receives log
    /// lines.
    static func open() {
        while true {
            let number = unsafe Glibc.open("/dev/null", O_RDWR)
            guard number >= 0 else { return }  // a system without /dev/null: start nevertheless
            if number > STDERR_FILENO {
                close(number)
                return
            }
        }
    }
}
