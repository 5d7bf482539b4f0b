/* A library for LD_PRELOAD that makes calls on files fail, as a disk would.
 *
 * It counts the calls on files below FAULTS_BELOW. A plan lies in the file FAULTS_PLAN, which is mapped, so that it can be
 * changed while the process runs. When a plan is armed, the n-th call of one kind fails, or every one from the n-th on.
 * Each call that fails is told in FAULTS_LOG. Children of the process are left alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* The order is that of OPERATIONS in faults.py. */
enum operation { OPEN, READ, PREAD, WRITE, PWRITE, FSYNC, FDATASYNC, RENAME, TRUNCATE, UNLINK, MKDIR, OPERATIONS };
static const char *const NAMES[] = {"open", "read", "pread", "write", "pwrite", "fsync", "fdatasync", "rename", "truncate", "unlink", "mkdir"};

/* As faults.py writes it. */
struct plan {
    _Atomic int32_t armed, operation, nth, lasting;
    /* An errno; 0: half of a write is done, and the next one fails with ENOSPC; -2: the call does less than it was asked. */
    _Atomic int32_t error;
    _Atomic int32_t hits;
    _Atomic int32_t seen[OPERATIONS];
};

static struct plan *plan;
static const char *below;
static int log_file = -1;

/* The last write to each file since its last sync: what a disk that fails the sync may have lost. */
enum { FILES = 4096 };
static struct { off_t offset; size_t length; } unsynced[FILES];

__attribute__((constructor)) static void begin(void) {
    const char *plan_path = getenv("FAULTS_PLAN"), *log_path = getenv("FAULTS_LOG");
    below = getenv("FAULTS_BELOW");
    unsetenv("LD_PRELOAD");
    if (!plan_path || !log_path || !below) return;
    long file = syscall(SYS_openat, AT_FDCWD, plan_path, O_RDWR | O_CLOEXEC);
    log_file = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || log_file < 0) abort();
    void *mapped = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, (int)file, 0);
    if (mapped == MAP_FAILED) abort();
    plan = mapped;
}

static int is_below(const char *path) {
    size_t length = strlen(below);
    return strncmp(path, below, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static const char *path_of(int file, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    return path;
}

static void tell(enum operation operation, int number, int error, const char *path) {
    char line[PATH_MAX + 100];
    int length = snprintf(line, sizeof line, "%s %d %s %s\n", NAMES[operation], number, error > 0 ? strerror(error) : error ? "short" : "half", path);
    syscall(SYS_write, log_file, line, length);
}

enum { PASS = -1, HALF = 0, SHORT = -2 };

/* Bytes that a short call does at most: no multiple of a disk's block. */
enum { SHORT_BYTES = 1000 };

/* What becomes of this call: PASS, HALF, SHORT, or an errno. */
static int fate(enum operation operation, const char *path) {
    if (!plan || !is_below(path) || !plan->armed) return PASS;
    int number = ++plan->seen[operation], nth = plan->nth, error = plan->error;
    if (!nth || operation != (enum operation)plan->operation || number < nth) return PASS;
    if (error == HALF) {
        if (number > nth) error = ENOSPC;
        if (number > nth + 1 && !plan->lasting) return PASS;
    } else if (number > nth && !plan->lasting) {
        return PASS;
    }
    plan->hits++;
    tell(operation, number, error, path);
    return error;
}

static int fate_of_file(enum operation operation, int file) {
    if (!plan || !plan->armed) return PASS;
    char path[PATH_MAX];
    int saved = errno, found = fate(operation, path_of(file, path));
    errno = saved;
    return found;
}

static int fail(int error) {
    errno = error;
    return -1;
}

static void written(int file, off_t offset, ssize_t length) {
    if (file < FILES && length > 0) unsynced[file].offset = offset, unsynced[file].length = (size_t)length;
}

static void synced(int file) {
    if (file < FILES) unsynced[file].length = 0;
}

/* A disk that failed a sync may not have what was written, and the system forgets that it should have. */
static void lose(int file) {
    static const char zeros[1 << 16];
    if (file >= FILES) return;
    off_t offset = unsynced[file].offset;
    for (size_t left = unsynced[file].length; left > 0;) {
        long done = syscall(SYS_pwrite64, file, zeros, left < sizeof zeros ? left : sizeof zeros, offset);
        if (done <= 0) break;
        left -= (size_t)done, offset += done;
    }
    synced(file);
}

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

#define OPEN_FUNCTION(name)                                              \
    int name(const char *path, int flags, ...) {                        \
        va_list more;                                                    \
        va_start(more, flags);                                           \
        mode_t mode = va_arg(more, mode_t);                              \
        va_end(more);                                                    \
        int error = fate(OPEN, path);                                    \
        if (error > 0) return fail(error);                               \
        REAL(name);                                                      \
        int file = real(path, flags, mode);                              \
        if (file >= 0) synced(file);                                     \
        return file;                                                     \
    }
OPEN_FUNCTION(open)
OPEN_FUNCTION(open64)

/* How much of a write is done. */
static size_t part(int error, size_t length) {
    if (error == HALF && length > 1) return length / 2;
    return error == SHORT && length > SHORT_BYTES ? SHORT_BYTES : length;
}

/* A write past the page cache ends inside a block when the disk ends it, never when it is asked to. */
static int direct_off(int error, int file) {
    int flags = error == SHORT ? fcntl(file, F_GETFL) : 0;
    if (flags > 0 && flags & O_DIRECT) fcntl(file, F_SETFL, flags & ~O_DIRECT);
    return flags;
}

static void direct_on(int flags, int file) {
    int saved = errno;
    if (flags > 0 && flags & O_DIRECT) fcntl(file, F_SETFL, flags);
    errno = saved;
}

/* The rest of what was read counts as not read, and is overwritten by the next call. */
#define READ_FUNCTION(operation, name, parameters, arguments)            \
    ssize_t name parameters {                                            \
        int error = fate_of_file(operation, file);                       \
        if (error > 0) return fail(error);                               \
        REAL(name);                                                      \
        ssize_t done = real arguments;                                   \
        if (error != SHORT || done <= SHORT_BYTES) return done;          \
        if (operation == READ) lseek(file, SHORT_BYTES - done, SEEK_CUR); \
        return SHORT_BYTES;                                              \
    }
READ_FUNCTION(READ, read, (int file, void *bytes, size_t length), (file, bytes, length))
READ_FUNCTION(READ, readv, (int file, const struct iovec *pieces, int count), (file, pieces, count))
READ_FUNCTION(PREAD, pread, (int file, void *bytes, size_t length, off_t offset), (file, bytes, length, offset))
READ_FUNCTION(PREAD, pread64, (int file, void *bytes, size_t length, off64_t offset), (file, bytes, length, offset))

ssize_t write(int file, const void *bytes, size_t length) {
    int error = fate_of_file(WRITE, file);
    if (error > 0) return fail(error);
    off_t offset = lseek(file, 0, SEEK_CUR);
    REAL(write);
    int flags = direct_off(error, file);
    ssize_t done = real(file, bytes, part(error, length));
    direct_on(flags, file);
    if (offset >= 0) written(file, offset, done);
    return done;
}

ssize_t writev(int file, const struct iovec *pieces, int count) {
    int error = fate_of_file(WRITE, file);
    if (error > 0) return fail(error);
    off_t offset = lseek(file, 0, SEEK_CUR);
    REAL(writev);
    int fewer = (error == HALF || error == SHORT) && count > 1;
    ssize_t done = real(file, pieces, fewer ? count / 2 : count);
    if (offset >= 0) written(file, offset, done);
    return done;
}

#define PWRITE_FUNCTION(name, offset_type)                               \
    ssize_t name(int file, const void *bytes, size_t length, offset_type offset) { \
        int error = fate_of_file(PWRITE, file);                          \
        if (error > 0) return fail(error);                               \
        REAL(name);                                                      \
        int flags = direct_off(error, file);                             \
        ssize_t done = real(file, bytes, part(error, length), offset);   \
        direct_on(flags, file);                                          \
        written(file, offset, done);                                     \
        return done;                                                     \
    }
PWRITE_FUNCTION(pwrite, off_t)
PWRITE_FUNCTION(pwrite64, off64_t)

#define SYNC_FUNCTION(operation, name)                                   \
    int name(int file) {                                                 \
        int error = fate_of_file(operation, file);                       \
        if (error > 0) {                                                 \
            lose(file);                                                  \
            return fail(error);                                          \
        }                                                                \
        REAL(name);                                                      \
        synced(file);                                                    \
        return real(file);                                               \
    }
SYNC_FUNCTION(FSYNC, fsync)
SYNC_FUNCTION(FDATASYNC, fdatasync)

#define FILE_FUNCTION(operation, name, parameters, arguments)            \
    int name parameters {                                                \
        int error = fate_of_file(operation, file);                       \
        if (error > 0) return fail(error);                               \
        REAL(name);                                                      \
        return real arguments;                                           \
    }
FILE_FUNCTION(TRUNCATE, ftruncate, (int file, off_t length), (file, length))
FILE_FUNCTION(TRUNCATE, ftruncate64, (int file, off64_t length), (file, length))
FILE_FUNCTION(FDATASYNC, sync_file_range, (int file, off64_t offset, off64_t length, unsigned flags), (file, offset, length, flags))

#define PATH_FUNCTION(operation, name, parameters, arguments)            \
    int name parameters {                                                \
        int error = fate(operation, path);                               \
        if (error > 0) return fail(error);                               \
        REAL(name);                                                      \
        return real arguments;                                           \
    }
PATH_FUNCTION(RENAME, rename, (const char *path, const char *to), (path, to))
PATH_FUNCTION(RENAME, renameat, (int from_directory, const char *path, int directory, const char *to), (from_directory, path, directory, to))
PATH_FUNCTION(UNLINK, unlink, (const char *path), (path))
PATH_FUNCTION(MKDIR, mkdir, (const char *path, mode_t mode), (path, mode))
