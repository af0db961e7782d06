#define _GNU_SOURCE
#include "cpu_features.h"

#include <errno.h>
#include <sched.h>

int convert_cpu_allowed_count(void) {
    // The system refuses a mask that is shorter than its own.
    for (int processors = CPU_SETSIZE; processors <= 1 << 20; processors *= 2) {
        cpu_set_t *mask = CPU_ALLOC(processors);
        if (mask == NULL) return 0;
        const size_t size = CPU_ALLOC_SIZE(processors);
        const int status = sched_getaffinity(0, size, mask);
        const int error = errno;
        const int count = status == 0 ? CPU_COUNT_S(size, mask) : 0;
        CPU_FREE(mask);
        if (status == 0) return count;
        if (error != EINVAL) return 0;
    }
    return 0;
}
