#pragma once
// System calls that Swift's Glibc module does not export. _GNU_SOURCE is not defined here: it would give fd_set another
// layout than the Glibc module's, so the functions that need it are declared by hand.
#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int memfd_create(const char *name, unsigned int flags);
int sched_getaffinity(pid_t process, size_t size, void *set);

// The kernel's layout of the SO_PEERCRED result (struct ucred requires _GNU_SOURCE).
struct authfcgi_peer { pid_t pid; uid_t uid; gid_t gid; };
enum { AUTHFCGI_SO_PEERCRED = 17 };

// Non-variadic functions in place of variadic ones, which Swift cannot call.
static inline int authfcgi_set_process_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }
static inline int authfcgi_set_dumpable(int is_dumpable) { return prctl(PR_SET_DUMPABLE, is_dumpable, 0, 0, 0); }
// exec(3) gives no more rights from now on, whatever the file's mode.
static inline int authfcgi_forbid_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
// Applies to the calling thread alone: on Linux each thread has its own niceness.
static inline int authfcgi_set_niceness(int niceness) { return setpriority(PRIO_PROCESS, 0, niceness); }
static inline int authfcgi_unsent_bytes(int fd) { int n = 0; return ioctl(fd, SIOCOUTQ, &n) < 0 ? -1 : n; }

// O_PATH and AT_EMPTY_PATH require _GNU_SOURCE.
enum { AUTHFCGI_O_PATH = 010000000, AUTHFCGI_AT_EMPTY_PATH = 0x1000 };
// A descriptor that stands for the file itself, of whatever kind, and not for what a symbolic link leads to.
static inline int authfcgi_open_path(const char *path) { return open(path, AUTHFCGI_O_PATH | O_NOFOLLOW | O_CLOEXEC); }
static inline int authfcgi_set_group(int fd, gid_t group) {
    return fchownat(fd, "", (uid_t)-1, group, AUTHFCGI_AT_EMPTY_PATH);
}

// The environment: a mutable global, which Swift 6 does not allow access to.
extern char **environ;
static inline char **authfcgi_environment(void) { return environ; }
