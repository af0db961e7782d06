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

#endif
