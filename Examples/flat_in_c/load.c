/* Lists a flat file: name, dtype, shape and first value of each tensor, after comparing its checksum.
 *   cc -std=c99 -O2 -Iinclude Examples/flat_in_c/load.c -o load && ./load model.flat */
#define _POSIX_C_SOURCE 200809L
#include "convert_flat.h"

#include <inttypes.h>
#include <stdio.h>

/* Numbers that C knows are printed as such; of others, the bytes of the first element in the file's order. */
static void print_first(const cf_tensor *tensor, const char *dtype, size_t width) {
    const unsigned char *bytes = (const unsigned char *)tensor->data;
    if (!tensor->byte_count) {
        printf("-");
    } else if (cf_tensor_f32(tensor, NULL)) {
        printf("%.9g", (double)cf_tensor_f32(tensor, NULL)[0]);
    } else if (!strcmp(dtype, "float64")) {
        printf("%.17g", *(const double *)tensor->data);
    } else if (!strcmp(dtype, "int64")) {
        printf("%" PRId64, *(const int64_t *)tensor->data);
    } else if (!strcmp(dtype, "int32")) {
        printf("%" PRId32, *(const int32_t *)tensor->data);
    } else {
        printf("0x");
        for (size_t i = 0; i < width; i++) printf("%02x", bytes[i]);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 64;
    }
    const char *error;
    cf_file *file = cf_open(argv[1], &error);
    if (!file) {
        fprintf(stderr, "%s: %s\n", argv[1], error);
        return 2;
    }
    int status = 0;
    for (size_t i = 0; i < file->count; i++) {
        const cf_tensor *tensor = &file->tensors[i];
        size_t width;
        const char *dtype = cf_dtype(tensor->dtype, &width);
        if (!cf_check(tensor)) {
            fprintf(stderr, "%s: tensor %.*s is damaged\n", argv[1], (int)tensor->name_length, tensor->name);
            status = 2;
        }
        printf("%.*s\t%s\t[", (int)tensor->name_length, tensor->name, dtype);
        for (uint32_t d = 0; d < tensor->rank; d++) printf("%s%" PRIu64, d ? ", " : "", tensor->shape[d]);
        printf("]\t");
        print_first(tensor, dtype, width);
        printf("\n");
    }
    cf_close(file);
    return status;
}
