// Stands between a process and its disk: LD_PRELOAD this, then drive it through the functions at the end.
//
// It counts the operations on files below one folder, makes the Nth of them fail or end the process, and keeps
// a log of them from which images of a disk after a power cut are made. No fsync is carried out, they only
// cost time: what a power cut takes away is decided by the images.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum mode { NONE, IO_ERROR, DISK_FULL, SYNC_ERROR, READ_ERROR, KILL, TORN_KILL };
enum kind { CREATE, WRITE, TRUNCATE, SYNC, SYNC_FOLDER, UNLINK, RENAME, NOTE, FAILED_SYNC, LINK };
enum class { READING, WRITING, SYNCING, NAMING };

#define MAX_FD 4096
#define PATH_SIZE 512

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char paths[MAX_FD][PATH_SIZE];
static char root[PATH_SIZE];
static enum mode mode = NONE;
static long at, count;
static int sticky, fired, recording;
static uint8_t *journal;
static size_t used, capacity;

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int is_below(const char *path) {
    size_t length = strlen(root);
    return length > 0 && path && strncmp(path, root, length) == 0;
}

static const char *path_of(int fd) { return fd >= 0 && fd < MAX_FD ? paths[fd] : ""; }

static void add(const void *bytes, size_t length) {
    if (used + length > capacity) {
        capacity = (used + length) * 2 + 65536;
        journal = realloc(journal, capacity);
        if (!journal) abort();
    }
    if (length) memcpy(journal + used, bytes, length);
    used += length;
}

// kind, offset or size, path, bytes: each length before its bytes, little-endian.
static void record(enum kind kind, const char *path, uint64_t offset, const void *bytes, size_t length) {
    if (!recording || !(kind == NOTE || is_below(path))) return;
    uint8_t k = kind;
    uint32_t path_length = strlen(path), byte_length = length;
    add(&k, 1);
    add(&offset, 8);
    add(&path_length, 4);
    add(path, path_length);
    add(&byte_length, 4);
    add(bytes, length);
}

static int concerns(enum class class) {
    switch (mode) {
    case NONE: return class != READING;
    case IO_ERROR: case KILL: return class != READING;
    case DISK_FULL: case TORN_KILL: return class == WRITING;
    case SYNC_ERROR: return class == SYNCING;
    case READ_ERROR: return class == READING;
    }
    return 0;
}

// 0: carry it out. Otherwise the error to answer with. -1: carry out a part, then end.
static int judge(const char *path, enum class class) {
    if (!is_below(path) || !concerns(class)) return 0;
    count++;
    if (mode == NONE || (sticky ? count < at : count != at)) return 0;
    fired = 1;
    if (mode == KILL) _exit(99);
    if (mode == TORN_KILL) return -1;
    return mode == DISK_FULL ? ENOSPC : EIO;
}

#define JUDGE(path, class, failure) \
    int verdict = judge(path, class); \
    if (verdict > 0) { pthread_mutex_unlock(&lock); errno = verdict; return failure; }

static int opened(int fd, const char *path, int flags, int existed) {
    if (fd >= 0 && fd < MAX_FD) {
        snprintf(paths[fd], PATH_SIZE, "%s", path);
        if (!existed) record(CREATE, path, 0, NULL, 0);
        if (existed && (flags & O_TRUNC)) record(TRUNCATE, path, 0, NULL, 0);
    }
    return fd;
}

static int open_file(__typeof__(&open) real, const char *path, int flags, mode_t permissions) {
    pthread_mutex_lock(&lock);
    struct stat status;
    int existed = !(flags & O_CREAT) || stat(path, &status) == 0;
    if (!existed) { JUDGE(path, WRITING, -1) }
    int fd = opened(real(path, flags, permissions), path, flags, existed);
    int reason = errno;
    pthread_mutex_unlock(&lock);
    errno = reason;
    return fd;
}

#define PERMISSIONS \
    mode_t permissions = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { \
        va_list list; \
        va_start(list, flags); \
        permissions = va_arg(list, mode_t); \
        va_end(list); \
    }

int open(const char *path, int flags, ...) {
    REAL(open);
    PERMISSIONS
    return open_file(real, path, flags, permissions);
}

int open64(const char *path, int flags, ...) {
    REAL(open64);
    PERMISSIONS
    return open_file(real, path, flags, permissions);
}

int close(int fd) {
    REAL(close);
    pthread_mutex_lock(&lock);
    if (fd >= 0 && fd < MAX_FD) paths[fd][0] = 0;
    pthread_mutex_unlock(&lock);
    return real(fd);
}

static ssize_t write_at(int fd, const void *bytes, size_t length, off_t offset, int moves) {
    static ssize_t (*put)(int, const void *, size_t, off_t);
    static ssize_t (*put_next)(int, const void *, size_t);
    if (!put) put = dlsym(RTLD_NEXT, "pwrite64");
    if (!put_next) put_next = dlsym(RTLD_NEXT, "write");
    if (!is_below(path_of(fd))) return moves ? put_next(fd, bytes, length) : put(fd, bytes, length, offset);
    pthread_mutex_lock(&lock);
    JUDGE(path_of(fd), WRITING, -1)
    if (moves) offset = lseek(fd, 0, SEEK_CUR);
    if (verdict < 0) {
        // A sector is written or not; a torn write ends between two of them.
        size_t part = length / 2 / 512 * 512;
        if (part) put(fd, bytes, part, offset);
        _exit(99);
    }
    ssize_t done = moves ? put_next(fd, bytes, length) : put(fd, bytes, length, offset);
    int reason = errno;
    if (done > 0) record(WRITE, path_of(fd), offset, bytes, done);
    pthread_mutex_unlock(&lock);
    errno = reason;
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return write_at(fd, bytes, length, offset, 0); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) { return write_at(fd, bytes, length, offset, 0); }
ssize_t write(int fd, const void *bytes, size_t length) { return write_at(fd, bytes, length, 0, 1); }

static ssize_t read_at(int fd, void *bytes, size_t length, off_t offset) {
    static ssize_t (*get)(int, void *, size_t, off_t);
    if (!get) get = dlsym(RTLD_NEXT, "pread64");
    if (mode == READ_ERROR) {
        pthread_mutex_lock(&lock);
        JUDGE(path_of(fd), READING, -1)
        pthread_mutex_unlock(&lock);
    }
    return get(fd, bytes, length, offset);
}

ssize_t pread(int fd, void *bytes, size_t length, off_t offset) { return read_at(fd, bytes, length, offset); }
ssize_t pread64(int fd, void *bytes, size_t length, off_t offset) { return read_at(fd, bytes, length, offset); }

static int truncate_to(int fd, off_t size) {
    static int (*cut)(int, off_t);
    if (!cut) cut = dlsym(RTLD_NEXT, "ftruncate64");
    pthread_mutex_lock(&lock);
    // Takes no space.
    if (mode != DISK_FULL) {
        JUDGE(path_of(fd), WRITING, -1)
        if (verdict < 0) _exit(99);
    }
    int result = cut(fd, size), reason = errno;
    if (result == 0) record(TRUNCATE, path_of(fd), size, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = reason;
    return result;
}

int ftruncate(int fd, off_t size) { return truncate_to(fd, size); }
int ftruncate64(int fd, off_t size) { return truncate_to(fd, size); }

static int allocate(int fd, off_t offset, off_t length) {
    static int (*take)(int, off_t, off_t);
    if (!take) take = dlsym(RTLD_NEXT, "posix_fallocate64");
    pthread_mutex_lock(&lock);
    int verdict = judge(path_of(fd), WRITING);
    if (verdict < 0) _exit(99);
    int result = verdict > 0 ? verdict : take(fd, offset, length);
    pthread_mutex_unlock(&lock);
    return result;
}

int posix_fallocate(int fd, off_t offset, off_t length) { return allocate(fd, offset, length); }
int posix_fallocate64(int fd, off_t offset, off_t length) { return allocate(fd, offset, length); }

static int synchronise(int fd) {
    if (!is_below(path_of(fd))) return 0;
    pthread_mutex_lock(&lock);
    int failure = judge(path_of(fd), SYNCING);
    if (failure) {
        record(FAILED_SYNC, path_of(fd), 0, NULL, 0);
        pthread_mutex_unlock(&lock);
        errno = failure;
        return -1;
    }
    struct stat status;
    int is_folder = fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
    record(is_folder ? SYNC_FOLDER : SYNC, path_of(fd), 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}

int fsync(int fd) { return synchronise(fd); }
int fdatasync(int fd) { return synchronise(fd); }

int unlink(const char *path) {
    REAL(unlink);
    pthread_mutex_lock(&lock);
    JUDGE(path, NAMING, -1)
    int result = real(path), reason = errno;
    if (result == 0) {
        record(UNLINK, path, 0, NULL, 0);
        // What is written to it from now on is never seen again.
        for (int fd = 0; fd < MAX_FD; fd++) if (strcmp(paths[fd], path) == 0) paths[fd][0] = 0;
    }
    pthread_mutex_unlock(&lock);
    errno = reason;
    return result;
}

int rename(const char *from, const char *to) {
    REAL(rename);
    pthread_mutex_lock(&lock);
    JUDGE(from, NAMING, -1)
    int result = real(from, to), reason = errno;
    if (result == 0) {
        record(RENAME, from, 0, to, strlen(to));
        for (int fd = 0; fd < MAX_FD; fd++)
            if (strcmp(paths[fd], from) == 0) snprintf(paths[fd], PATH_SIZE, "%s", to);
    }
    pthread_mutex_unlock(&lock);
    errno = reason;
    return result;
}

int mkstemp(char *template) {
    REAL(mkstemp);
    pthread_mutex_lock(&lock);
    JUDGE(template, WRITING, -1)
    int fd = real(template), reason = errno;
    if (is_below(template)) opened(fd, template, 0, 0);
    pthread_mutex_unlock(&lock);
    errno = reason;
    return fd;
}

int link(const char *from, const char *to) {
    REAL(link);
    pthread_mutex_lock(&lock);
    JUDGE(from, NAMING, -1)
    int result = real(from, to), reason = errno;
    if (result == 0) record(LINK, from, 0, to, strlen(to));
    pthread_mutex_unlock(&lock);
    errno = reason;
    return result;
}

// The Nth operation from now on fails, and every later one too when `is_sticky`. NONE only counts.
void faults_arm(const char *folder, int new_mode, long number, int is_sticky) {
    pthread_mutex_lock(&lock);
    snprintf(root, PATH_SIZE, "%s", folder);
    mode = new_mode;
    at = number;
    sticky = is_sticky;
    count = fired = 0;
    pthread_mutex_unlock(&lock);
}

// Everything works again. Answers whether something had failed.
int faults_disarm(void) {
    pthread_mutex_lock(&lock);
    root[0] = 0;
    mode = NONE;
    int result = fired;
    pthread_mutex_unlock(&lock);
    return result;
}

long faults_count(void) { return count; }

void faults_record(int is_recording) {
    pthread_mutex_lock(&lock);
    recording = is_recording;
    if (is_recording) used = 0;
    pthread_mutex_unlock(&lock);
}

void faults_note(const char *text) {
    pthread_mutex_lock(&lock);
    record(NOTE, text, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
}

const uint8_t *faults_journal(size_t *length) {
    *length = used;
    return journal;
}
