internal import Glibc

/// The block that argon2 works in: that of our own cost stays with the thread, one a thread, for the thread's next
/// hash, and is given back when the thread ends. A hash of another cost takes a block of its own size and gives it
/// back.
///
/// Left to `malloc`, the block would stay with the process for good after the second hash (glibc raises its threshold
/// for giving memory back), and mapping it anew for each hash makes a hash half as long again. In huge pages, where the
/// kernel has some, a hash takes a tenth less: argon2 reads all over its block.
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
        guard let mapping = unsafe pthread_getspecific(key), unsafe mapping.load(as: Header.self).size != usualSize
        else { return }
        unsafe release(mapping)
        pthread_setspecific(key, nil)
    }

    /// Our own cost's 19 MiB.
    private static let usualSize = 19_456 * 1024

    /// A block's size, and that of the mapping which it is a part of: they stand where the mapping begins.
    private struct Header {
        let size: Int
        let mappedSize: Int
    }

    /// Of x86-64 and of most kernels for ARM; with another one the block is what it would be without huge pages.
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
        // The header is on small pages in front of the first whole huge one.
        let header = Header(size: size, mappedSize: MemoryLayout<Header>.size + 2 * hugePage + size)
        let mapping = unsafe mmap(
            nil, header.mappedSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { return nil }
        let block = unsafe block(in: mapping)
        // A kernel without huge pages refuses, and all the same the memory is there.
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
