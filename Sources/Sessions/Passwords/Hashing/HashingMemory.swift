internal import Glibc

/// The working memory of argon2. A block for our own cost stays with the thread, one per thread, for its next hash, and
/// is freed when the thread ends. A hash of another cost gets a block of its own size, which is freed afterwards.
///
/// With `malloc` the block would stay with the process for good after the second hash (glibc raises its threshold for
/// returning memory), and mapping it anew for each hash makes a hash half as long again. Huge pages, where available,
/// make a hash a tenth faster: argon2 reads its block at random.
enum HashingMemory {
    /// libargon2's `allocate_cbk`. Returns 0 for success.
    static let allocate: @convention(c) (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, Int) -> Int32 = {
        memory, size in
        guard let memory = unsafe memory, let block = unsafe block(of: size) else { return -1 }
        unsafe memory.pointee = unsafe block.assumingMemoryBound(to: UInt8.self)
        return 0
    }

    /// libargon2's `free_cbk`. A block of the usual size stays with the thread; others are freed at once.
    static let free: @convention(c) (UnsafeMutablePointer<UInt8>?, Int) -> Void = { memory, size in
        guard let mapping = unsafe pthread_getspecific(key), unsafe mapping.load(as: Header.self).size != usualSize
        else { return }
        unsafe release(mapping)
        pthread_setspecific(key, nil)
    }

    /// The 19 MiB of our own cost.
    private static let usualSize = 19_456 * 1024

    /// The sizes of a block and of the mapping around it, stored at the start of the mapping.
    private struct Header {
        let size: Int
        let mappedSize: Int
    }

    /// The size of a huge page on x86-64 and most ARM kernels. With another size the block works as without huge pages.
    private static let hugePage = 2 << 20

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let result = unsafe pthread_key_create(&key, { unsafe HashingMemory.release($0) })
        precondition(result == 0, "no thread-specific data left")
        return key
    }()

    private static func block(of size: Int) -> UnsafeMutableRawPointer? {
        if let old = unsafe pthread_getspecific(key) {
            if unsafe old.load(as: Header.self).size >= size { return unsafe block(in: old) }
            unsafe release(old)
            pthread_setspecific(key, nil)
        }
        // The header is on small pages before the first whole huge page.
        let header = Header(size: size, mappedSize: MemoryLayout<Header>.size + 2 * hugePage + size)
        let mapping = unsafe mmap(
            nil, header.mappedSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { return nil }
        let block = unsafe block(in: mapping)
        // A kernel without huge pages refuses; the memory is usable all the same.
        unsafe madvise(block, (size + hugePage - 1) / hugePage * hugePage, MADV_HUGEPAGE)
        unsafe mapping.storeBytes(of: header, as: Header.self)
        unsafe pthread_setspecific(key, mapping)
        return unsafe block
    }

    private static func block(in mapping: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        unsafe (mapping + MemoryLayout<Header>.size).alignedUp(toMultipleOf: hugePage)
    }

    private static func release(_ mapping: UnsafeMutableRawPointer?) {
        guard let mapping = unsafe mapping else { return }
        unsafe munmap(mapping, mapping.load(as: Header.self).mappedSize)
    }
}
