// Hints to the processor that Swift cannot give. They change no result.
#ifndef CONVERT_HINTS_H
#define CONVERT_HINTS_H

// Fetches a cache line into the second cache: for what is needed after some thousand cycles. An address that does not exist does no harm.
static inline void convert_prefetch_early(const void *address) { __builtin_prefetch(address, 0, 2); }

// Fetches a cache line into the first cache: for what is needed soon.
static inline void convert_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

// Says that a loop only waits for another thread.
static inline void convert_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

#endif
