#ifndef CONVERT_INTERRUPTION_H
#define CONVERT_INTERRUPTION_H

#include <stddef.h>
#include <stdint.h>

// What happens when a signal ends the process: no half-written file is left, and a file that was truncated while it was mapped (SIGBUS)
// is named in one line. Everything a handler uses is in fixed tables, because a signal handler may neither allocate nor lock.

/// Installs the handlers for SIGBUS, SIGINT, SIGTERM and SIGHUP, and for the signals with which the system or the runtime ends a process
/// (SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGFPE); ignores SIGXFSZ and SIGPIPE so that the failing write reports the error instead. Call
/// once, before files are opened.
void interruption_install(void);

/// Remembers a mapping so that a SIGBUS inside it can name the file. Returns a slot, or -1 if the table is full.
int interruption_remember_mapping(uintptr_t address, size_t length, const char *path);
void interruption_forget_mapping(int slot);

/// Creates a file that is removed if a signal ends the process, whatever each thread is doing then, and that is locked while its
/// descriptor is open, so that others can see whether its process is alive. Returns its descriptor and its slot, or -1 and errno.
int interruption_open_temporary(const char *path, unsigned mode, int *slot);
/// Gives an open file, specified by /proc/self/fd, a name that is removed if a signal ends the process. Returns 0 and the slot, or -1 and
/// errno.
int interruption_link_temporary(const char *from, const char *path, int *slot);
void interruption_forget_temporary(int slot);

/// Creates a file without a name in a folder (O_TMPFILE), which disappears when its last descriptor is closed for any reason; it is
/// locked like the others. `path` (64 bytes) receives a path by which this process can open it again. Returns its descriptor, or -1 and
/// errno if the file system does not support such files, or if /proc, which giving it a name requires, is missing.
int interruption_open_unnamed(const char *folder, unsigned mode, char *path);

/// Removes `path`, whose name says that it is a temporary file, if nobody has it locked, it belongs to this user, and it was last written
/// at least `least_age` seconds ago. Returns whether it did.
int interruption_sweep(const char *path, long least_age);

/// Renames `from` to `to` unless `to` exists; EEXIST if it does. Returns 0, or -1 and errno.
int interruption_rename_new(const char *from, const char *to);

/// Waits until the names in a folder are on disk. A file system that does not sync folders has nothing to wait for. If the folder may not
/// be opened for reading, the whole file system of `descriptor` is synced instead, unless that is -1. Returns 0, or -1 and errno.
int interruption_sync_folder(const char *folder, int descriptor);

/// Does not return once a signal has begun to end the process. Call it when a file is not as expected, because it may just have been
/// removed.
void interruption_rest_if_stopping(void);

/// Sets a line that is printed if SIGINT, SIGTERM or SIGHUP ends the process, such as how to resume; an empty text prints nothing.
void interruption_set_farewell(const char *text);

#endif
