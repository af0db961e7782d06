#include "arguments.h"

#include <stddef.h>

static int count;
static char **values;

// glibc hands main's arguments to constructors as well.
__attribute__((constructor)) static void keep(int argc, char **argv) {
    count = argc;
    values = argv;
}

int arguments_count(void) { return values ? count : 0; }

const char *arguments_at(int index) { return index >= 0 && index < arguments_count() ? values[index] : NULL; }
