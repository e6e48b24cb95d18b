internal import Glibc

/// The block that argon2 works in: that of our own cost stays with the thread, one a thread, for the thread's next hash,
/// and is given back when the thread ends. A hash of another cost takes a block of its own size and gives it back.
///
/// Left to `malloc`, the block would stay with the process for good after the second hash (glibc raises its threshold
/// for giving memory back), and mapping it anew for each hash makes a hash half as long again.
enum HashingMemory {
    /// libargon2's `allocate_cbk`: 0 when it worked.
    static let allocate: @convention(c) (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, Int) -> Int32 = {
        memory, size in
        guard let memory = unsafe memory, let block = unsafe block(of: size) else { return -1 }
        unsafe memory.pointee = unsafe block.assumingMemoryBound(to: UInt8.self)
        return 0
    }

    /// libargon2's `free_cbk`: the block stays with the thread if it is a usual one, and goes at once if not.
    static let free: @convention(c) (UnsafeMutablePointer<UInt8>?, Int) -> Void = { memory, size in
        guard let block = unsafe pthread_getspecific(key), unsafe block.load(as: Int.self) != usualSize else { return }
        unsafe release(block)
        pthread_setspecific(key, nil)
    }

    /// Our own cost's 19 MiB.
    private static let usualSize = 19_456 * 1024

    /// Each block begins with a page that holds its size.
    private static let header = 4096

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let result = unsafe pthread_key_create(&key, { unsafe HashingMemory.release($0) })
        precondition(result == 0, "no thread-specific data left")
        return key
    }()

    private static func block(of size: Int) -> UnsafeMutableRawPointer? {
        if let old = unsafe pthread_getspecific(key) {
            if unsafe old.load(as: Int.self) >= size { return unsafe old + header }
            unsafe release(old)
            pthread_setspecific(key, nil)
        }
        let new = unsafe mmap(
            nil, header + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)
        guard let new = unsafe new, unsafe new != MAP_FAILED else { return nil }
        unsafe new.storeBytes(of: size, as: Int.self)
        unsafe pthread_setspecific(key, new)
        return unsafe new + header
    }

    private static func release(_ block: UnsafeMutableRawPointer?) {
        guard let block = unsafe block else { return }
        unsafe munmap(block, header + block.load(as: Int.self))
    }
}
