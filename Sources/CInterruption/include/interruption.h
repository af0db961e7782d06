#ifndef CONVERT_INTERRUPTION_H
#define CONVERT_INTERRUPTION_H

#include <stddef.h>
#include <stdint.h>

// What must happen when a signal ends the process: no half-written file stays behind, and a file that was
// truncated while it was mapped (SIGBUS) is named in one line. Everything a handler touches is kept in fixed
// tables, because a signal handler may neither allocate nor lock.

/// Installs the handlers for SIGBUS, SIGINT, SIGTERM and SIGHUP, and ignores SIGXFSZ and SIGPIPE so that the
/// failing write reports the error instead. Call once, before files are opened.
void interruption_install(void);

/// Remembers a mapping so that a SIGBUS inside it can name the file. Returns a slot, or -1 when the table is full.
int interruption_remember_mapping(uintptr_t address, size_t length, const char *path);
void interruption_forget_mapping(int slot);

/// Creates a file that is removed when a signal ends the process, whatever thread is at work then. Returns its descriptor and its slot, or -1
/// and errno.
int interruption_open_temporary(const char *path, unsigned mode, int *slot);
void interruption_forget_temporary(int slot);

/// Does not come back once a signal has begun to end the process; to be called where a file was not as it should be, because it may just have
/// been removed.
void interruption_rest_if_stopping(void);

/// A line that is said when SIGINT, SIGTERM or SIGHUP ends the process, such as how to go on; an empty text says nothing.
void interruption_set_farewell(const char *text);

#endif
