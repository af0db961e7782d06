#ifndef CONVERT_INTERRUPTION_H
#define CONVERT_INTERRUPTION_H

#include <stddef.h>
#include <stdint.h>

// What must happen when a signal ends the process: no half-written file stays behind, and a file that was
// truncated while it was mapped (SIGBUS) is named in one line. Everything a handler touches is kept in fixed
// tables, because a signal handler may neither allocate nor lock.

/// Installs the handlers for SIGBUS, SIGINT, SIGTERM and SIGHUP, and for what the system or the runtime ends a process by (SIGABRT, SIGILL,
/// SIGTRAP, SIGSEGV, SIGFPE), and ignores SIGXFSZ and SIGPIPE so that the failing write reports the error instead. Call once, before files are
/// opened.
void interruption_install(void);

/// Remembers a mapping so that a SIGBUS inside it can name the file. Returns a slot, or -1 when the table is full.
int interruption_remember_mapping(uintptr_t address, size_t length, const char *path);
void interruption_forget_mapping(int slot);

/// Creates a file that is removed when a signal ends the process, whatever thread is at work then, and that is locked as long as its descriptor
/// is open, so that others can see whether its process is alive. Returns its descriptor and its slot, or -1 and errno.
int interruption_open_temporary(const char *path, unsigned mode, int *slot);
/// Gives an open file, named by /proc/self/fd, a name that is removed when a signal ends the process. Returns 0 and the slot, or -1 and errno.
int interruption_link_temporary(const char *from, const char *path, int *slot);
void interruption_forget_temporary(int slot);

/// Creates a file without a name in a folder (O_TMPFILE), which is gone when its last descriptor is closed, however that comes about; it is
/// locked like the others. `path` (64 bytes) becomes a path by which this process can open it again. Returns its descriptor; -1 and errno where
/// the file system has no such files, or without /proc, which both ways to a name go through.
int interruption_open_unnamed(const char *folder, unsigned mode, char *path);

/// Removes `path`, whose name says that it is a temporary file, if nobody has it locked, it belongs to this user, and was last written
/// `least_age` seconds ago. Returns whether it did.
int interruption_sweep(const char *path, long least_age);

/// Gives `from` the name `to`, if nothing has it yet; EEXIST otherwise. Returns 0, or -1 and errno.
int interruption_rename_new(const char *from, const char *to);

/// Waits until a folder's names are on disk. A file system that syncs no folders has nothing to wait for; where the folder may not be opened for
/// reading, all of the file system of `descriptor` is synced instead, if that is not -1. Returns 0, or -1 and errno.
int interruption_sync_folder(const char *folder, int descriptor);

/// Does not come back once a signal has begun to end the process; to be called where a file was not as it should be, because it may just have
/// been removed.
void interruption_rest_if_stopping(void);

/// A line that is said when SIGINT, SIGTERM or SIGHUP ends the process, such as how to go on; an empty text says nothing.
void interruption_set_farewell(const char *text);

#endif
