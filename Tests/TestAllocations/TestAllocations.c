// Counts the allocations of a program's main thread that has this library loaded in front of it (LD_PRELOAD). The number, an
// int64_t, stands in the file TEST_ALLOCATIONS with a dot and the process's number behind its name. In a worker the main
// thread is the loop, which makes all checks; what other threads allocate, such as the one that writes the log, is not
// counted.
//
// The names with __libc_ are glibc's own for the functions that stand here in its place. free() stays glibc's.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

// Of the file; NULL, and nothing is counted, until the loader has got to this library.
static volatile int64_t *allocations;
static pthread_t main_thread;

__attribute__((constructor)) static void map_count(void) {
    char path[4096];
    const char *name = getenv("TEST_ALLOCATIONS");
    if (!name || snprintf(path, sizeof path, "%s.%d", name, (int)getpid()) >= (int)sizeof path) return;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) return;
    void *page = ftruncate(file, sizeof *allocations) ? MAP_FAILED
        : mmap(NULL, sizeof *allocations, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (page == MAP_FAILED) return;
    main_thread = pthread_self();
    allocations = page;
}

static void count(void) {
    if (allocations && pthread_equal(pthread_self(), main_thread)) *allocations += 1;
}

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count();
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) || alignment & (alignment - 1) || !alignment) return EINVAL;
    void *block = aligned_alloc(alignment, size);
    if (!block) return ENOMEM;
    *memory = block;
    return 0;
}
