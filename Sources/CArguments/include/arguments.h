#ifndef CONVERT_ARGUMENTS_H
#define CONVERT_ARGUMENTS_H

// The arguments that the process was started with, as the loader handed them over. Swift's own `CommandLine` reads them from
// /proc/self/cmdline, which is not there in a bare sandbox, and repairs bytes that are not UTF-8.

int arguments_count(void);

/// The argument at `index`; NULL outside 0 ..< arguments_count().
const char *arguments_at(int index);

/// The path that the process was started by; NULL if the kernel did not hand it over.
const char *arguments_program(void);

#endif
