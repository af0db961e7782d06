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
#include <time.h>
#include <unistd.h>

// Enough for the most threads that can be asked for, each of which has a few files at once; pages that are never touched cost nothing.
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

// Threads that are about to create a temporary file, and whether a handler has begun to remove them all.
static atomic_int creating, stopping;

static void ending_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

int interruption_open_temporary(const char *path, unsigned mode, int *slot) {
    *slot = -1;
    if (strlen(path) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    // The handler must not run on this thread meanwhile: it waits until nobody creates a file any longer.
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
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
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

void interruption_forget_temporary(int slot) {
    if (slot >= 0 && slot < TEMPORARIES) atomic_store(&temporaries[slot].state, FREE);
}

static void remove_temporaries(void) {
    atomic_store(&stopping, 1);
    // A moment for those who have begun; none of them waits for anything but the disk.
    for (int i = 0; i < 2000 && atomic_load(&creating) > 0; i++) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    for (int slot = 0; slot < TEMPORARIES; slot++)
        if (atomic_load(&temporaries[slot].state) == READY) unlink(temporaries[slot].path);
}

void interruption_rest_if_stopping(void) {
    while (atomic_load(&stopping)) pause();
}

// Ends the process by the signal itself, so that the caller sees which it was.
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
        say(m->path);
        say(": byte ");
        say_number(fault - m->address);
        say(" could not be read: another program made the file shorter while it was being read; run again once it is complete\n");
        _exit(2);
    }
    remove_temporaries();
    end_by(signal_number);
}

static char farewells[2][512];
static _Atomic(const char *) farewell;

void interruption_set_farewell(const char *text) {
    static int next;
    // The one in use is never written to, since a signal may come at any time.
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

    struct sigaction termination = {0};
    termination.sa_handler = on_termination;
    const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        struct sigaction current;
        // A signal that the parent chose to ignore (nohup) stays ignored.
        if (sigaction(ending[i], NULL, &current) == 0 && current.sa_handler == SIG_IGN) continue;
        sigaction(ending[i], &termination, NULL);
    }
    // A parent's thread that blocks signals, as a dispatch queue's do, hands that on; nobody could stop this process then.
    sigset_t set;
    ending_signals(&set);
    sigaddset(&set, SIGBUS);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}
