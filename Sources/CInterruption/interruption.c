#define _GNU_SOURCE
#include "interruption.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// Enough for the maximum number of threads, each with a few files at a time; pages that are never touched cost nothing.
enum { MAPPINGS = 4096, TEMPORARIES = 2048 };
enum { FREE, CLAIMED, READY };

typedef struct {
    atomic_int state;
    uintptr_t address;
    size_t length;
    char path[PATH_MAX];
} mapping;

typedef struct {
    atomic_int state;
    char path[PATH_MAX];
} temporary;

static mapping mappings[MAPPINGS];
static temporary temporaries[TEMPORARIES];

static int claim(atomic_int *state) {
    int expected = FREE;
    return atomic_compare_exchange_strong(state, &expected, CLAIMED);
}

int interruption_remember_mapping(uintptr_t address, size_t length, const char *path) {
    for (int slot = 0; slot < MAPPINGS; slot++) {
        mapping *m = &mappings[slot];
        if (!claim(&m->state)) continue;
        m->address = address;
        m->length = length;
        snprintf(m->path, sizeof m->path, "%s", path);
        atomic_store(&m->state, READY);
        return slot;
    }
    return -1;
}

void interruption_forget_mapping(int slot) {
    if (slot >= 0 && slot < MAPPINGS) atomic_store(&mappings[slot].state, FREE);
}

// Number of threads about to create a temporary file, and whether a handler has begun to remove them all.
static atomic_int creating, stopping;

static void ending_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

// Locks the open file and not the process, so that it does not block the library that writes HDF5 files, which opens the path again.
static int lock(int descriptor) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_SETLK, &whole);
}

// Opens a new file and locks it; if another process sweeps it away before it is locked, tries again. If the file system has no locks, the
// file is not locked.
static int open_locked(const char *path, unsigned mode) {
    for (int attempt = 0; attempt < 8; attempt++) {
        int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (descriptor < 0) return -1;
        struct stat status;
        if (lock(descriptor) == 0 ? fstat(descriptor, &status) == 0 && status.st_nlink > 0 : errno != EAGAIN && errno != EACCES) return descriptor;
        close(descriptor);
        unlink(path);
    }
    errno = EAGAIN;
    return -1;
}

// Creates a new file if `from` is null; otherwise gives that file a name and returns 0.
static int create(const char *from, const char *path, unsigned mode, int *slot) {
    *slot = -1;
    if (strlen(path) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    // The handler must not run on this thread in the meantime: it waits until no thread is creating a file.
    sigset_t set, before;
    ending_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    atomic_fetch_add(&creating, 1);
    if (atomic_load(&stopping)) {
        atomic_fetch_sub(&creating, 1);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        interruption_rest_if_stopping();
    }
    int descriptor = -1;
    errno = EMFILE;
    for (int i = 0; i < TEMPORARIES; i++) {
        temporary *t = &temporaries[i];
        if (!claim(&t->state)) continue;
        descriptor = from ? linkat(AT_FDCWD, from, AT_FDCWD, path, AT_SYMLINK_FOLLOW) : open_locked(path, mode);
        if (descriptor < 0) {
            atomic_store(&t->state, FREE);
        } else {
            snprintf(t->path, sizeof t->path, "%s", path);
            atomic_store(&t->state, READY);
            *slot = i;
        }
        break;
    }
    int reason = errno;
    atomic_fetch_sub(&creating, 1);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = reason;
    return descriptor;
}

int interruption_open_temporary(const char *path, unsigned mode, int *slot) { return create(NULL, path, mode, slot); }

int interruption_link_temporary(const char *from, const char *path, int *slot) { return create(from, path, 0, slot); }

int interruption_open_unnamed(const char *folder, unsigned mode, char *path) {
    int descriptor = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
    if (descriptor < 0) return -1;
    struct stat own, again;
    snprintf(path, 64, "/proc/self/fd/%d", descriptor);
    if (fstat(descriptor, &own) == 0 && stat(path, &again) == 0 && own.st_dev == again.st_dev && own.st_ino == again.st_ino) {
        lock(descriptor);
        return descriptor;
    }
    close(descriptor);
    errno = EOPNOTSUPP;
    return -1;
}

int interruption_sweep(const char *path, long least_age) {
    int descriptor = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return 0;
    struct stat open_file, named;
    int swept = fstat(descriptor, &open_file) == 0 && S_ISREG(open_file.st_mode) && open_file.st_uid == geteuid() &&
                time(NULL) - open_file.st_mtime >= least_age && lock(descriptor) == 0 && lstat(path, &named) == 0 &&
                named.st_dev == open_file.st_dev && named.st_ino == open_file.st_ino && unlink(path) == 0;
    close(descriptor);
    return swept;
}

int interruption_rename_new(const char *from, const char *to) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -1;
    // A file system without that call: a hard link never replaces a file, either.
    if (link(from, to) == 0) {
        unlink(from);
        return 0;
    }
    if (errno == EEXIST) return -1;
    struct stat status;
    if (lstat(to, &status) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

int interruption_sync_folder(const char *path, int descriptor) {
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        int reason = errno;
        if (descriptor >= 0 && syncfs(descriptor) == 0) return 0;
        errno = reason;
        return -1;
    }
    int failed = fsync(folder) != 0 && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP;
    int reason = errno;
    close(folder);
    errno = reason;
    return failed ? -1 : 0;
}

void interruption_forget_temporary(int slot) {
    if (slot >= 0 && slot < TEMPORARIES) atomic_store(&temporaries[slot].state, FREE);
}

static void remove_temporaries(void) {
    atomic_store(&stopping, 1);
    // Gives threads that have begun a moment to finish; they wait for nothing but the disk.
    for (int i = 0; i < 2000 && atomic_load(&creating) > 0; i++) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    for (int slot = 0; slot < TEMPORARIES; slot++)
        if (atomic_load(&temporaries[slot].state) == READY) unlink(temporaries[slot].path);
}

void interruption_rest_if_stopping(void) {
    while (atomic_load(&stopping)) pause();
}

// Ends the process by the signal itself, so that the parent sees which one it was.
static void end_by(int signal_number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    signal(signal_number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(signal_number);
    // The first process of a container is spared by signals that it does not handle.
    _exit(128 + signal_number);
}

static void say(const char *text) {
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

// A name must not control the terminal: what is not printable ASCII becomes \xNN.
static void say_path(const char *path) {
    static const char digits[] = "0123456789ABCDEF";
    for (; *path; path++) {
        unsigned char byte = (unsigned char)*path;
        char text[5] = {'\\', 'x', digits[byte >> 4], digits[byte & 15], 0};
        if (byte >= 0x20 && byte < 0x7F) text[0] = (char)byte, text[1] = 0;
        say(text);
    }
}

static void say_number(size_t number) {
    char digits[24];
    size_t at = sizeof digits;
    digits[--at] = 0;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number && at);
    say(digits + at);
}

static void on_bus_error(int signal_number, siginfo_t *info, void *context) {
    (void)context;
    uintptr_t fault = (uintptr_t)info->si_addr;
    for (int slot = 0; slot < MAPPINGS; slot++) {
        mapping *m = &mappings[slot];
        if (atomic_load(&m->state) != READY || fault < m->address || fault - m->address >= m->length) continue;
        remove_temporaries();
        say("convert: ");
        say_path(m->path);
        say(": byte ");
        say_number(fault - m->address);
        say(" could not be read: another program made the file shorter while it was being read; run again once it is complete\n");
        _exit(2);
    }
    remove_temporaries();
    end_by(signal_number);
}

// What the runtime and libraries print through stdio before they abort: many lines with a stack trace. The first is saved for the
// handler; this program's own lines go straight to the descriptor.
static char last_words[160];
static atomic_size_t said;

static ssize_t keep_words(void *cookie, const char *text, size_t count) {
    (void)cookie;
    size_t at = atomic_load(&said);
    for (size_t i = 0; i < count && at + 1 < sizeof last_words; i++) {
        if (text[i] == '\n') at = sizeof last_words - 2;
        last_words[at++] = text[i] == '\n' ? 0 : text[i];
    }
    atomic_store(&said, at);
    return (ssize_t)count;
}

static void take_words(void) {
    FILE *kept = fopencookie(NULL, "w", (cookie_io_functions_t){.write = keep_words});
    if (!kept) return;
    setvbuf(kept, NULL, _IONBF, 0);
    stderr = kept;
}

// How the runtime ends a process: a trap, or an abort when memory cannot be allocated.
static void on_fault(int signal_number) {
    int reason = errno;
    // Another thread may fault while this one cleans up; the line of the first one is enough.
    static atomic_flag begun = ATOMIC_FLAG_INIT;
    if (atomic_flag_test_and_set(&begun)) {
        while (1) pause();
    }
    remove_temporaries();
    if (signal_number == SIGABRT && (reason == ENOMEM || strstr(last_words, "failed to allocate"))) {
        say("convert: there is not enough memory; nothing was left behind; allow more (ulimit -v, the container's limit), or close other programs\n");
        _exit(2);
    }
    say("convert: a fault in this program ended it (signal ");
    say_number((size_t)signal_number);
    say(*last_words ? ": " : "");
    say_path(last_words);
    say("); nothing was left behind; please report it with the command and, if you may, the file\n");
    end_by(signal_number);
}

static char farewells[2][512];
static _Atomic(const char *) farewell;

void interruption_set_farewell(const char *text) {
    static int next;
    // The one in use is never written to, because a signal may arrive at any time.
    next = !next;
    snprintf(farewells[next], sizeof farewells[next], "%s", text);
    atomic_store(&farewell, farewells[next]);
}

static void on_termination(int signal_number) {
    remove_temporaries();
    const char *text = atomic_load(&farewell);
    if (text && *text) {
        say("\n");
        say(text);
        say("\n");
    }
    end_by(signal_number);
}

void interruption_install(void) {
    struct sigaction bus = {0};
    bus.sa_sigaction = on_bus_error;
    bus.sa_flags = SA_SIGINFO;
    sigaction(SIGBUS, &bus, NULL);

    take_words();
    // The handler has its own stack, because the thread's may be what has overflowed.
    static char stack[1 << 16];
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    struct sigaction fault = {0};
    fault.sa_handler = on_fault;
    fault.sa_flags = SA_ONSTACK;
    const int faults[] = {SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGFPE};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigaction(faults[i], &fault, NULL);

    struct sigaction termination = {0};
    termination.sa_handler = on_termination;
    const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        struct sigaction current;
        // A signal that the parent chose to ignore (nohup) stays ignored.
        if (sigaction(ending[i], NULL, &current) == 0 && current.sa_handler == SIG_IGN) continue;
        sigaction(ending[i], &termination, NULL);
    }
    // A parent thread that blocks signals, as those of dispatch queues do, passes that on; nobody could stop this process then.
    sigset_t set;
    ending_signals(&set);
    sigaddset(&set, SIGBUS);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}
