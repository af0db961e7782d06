#include "arguments.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

static int count;
static char **values;

// glibc hands main's arguments to constructors as well.
__attribute__((constructor)) static void keep(int argc, char **argv) {
    count = argc;
    values = argv;
}

int arguments_count(void) { return values ? count : 0; }

const char *arguments_at(int index) { return index >= 0 && index < arguments_count() ? values[index] : NULL; }

// Linked statically, Swift's runtime looks up its own folder in /proc as it starts, and ends the process if it does not find it. It does not look
// if SWIFT_ROOT is set, and nothing here needs that folder. The priority puts this before the runtime's constructors.
__attribute__((constructor(101))) static void start_without_proc(void) {
    if (access("/proc/self/exe", F_OK) != 0) setenv("SWIFT_ROOT", "/", 0);
}

const char *arguments_program(void) { return (const char *)getauxval(AT_EXECFN); }
