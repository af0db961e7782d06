// What the processor that runs this can do; the compiler's own check, which Swift cannot call.
#ifndef CONVERT_CPU_FEATURES_H
#define CONVERT_CPU_FEATURES_H

static inline int convert_cpu_has_avx2_and_fma(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return 0;
#endif
}

// The parts of AVX-512 that every processor since Skylake-X and Zen 4 has; the check includes that the system saves its registers.
static inline int convert_cpu_has_avx512(void) {
#if defined(__x86_64__)
    return convert_cpu_has_avx2_and_fma() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
#else
    return 0;
#endif
}

// How many processors this thread may run on, by the system's affinity mask; 0 if the system does not say.
int convert_cpu_allowed_count(void);

#endif
