// Hints to fetch a cache line ahead of its use, which Swift cannot give. An address that does not exist does no harm.
#ifndef CONVERT_PREFETCH_H
#define CONVERT_PREFETCH_H

// Into the second cache: for what is needed after some thousand cycles.
static inline void convert_prefetch_early(const void *address) { __builtin_prefetch(address, 0, 2); }

// Into the first cache: for what is needed soon.
static inline void convert_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
