/* Reads flat files (docs/flat-format.md), version 1: one header, C99 with POSIX mmap, no library. Tensors are lent from the mapped file,
 * each on a 64-byte boundary; they live until cf_close. cf_open checks the whole header (but not that names are UTF-8 and the document
 * JSON); cf_check compares one tensor's checksum.
 * Define _POSIX_C_SOURCE as 200809L before the first include when compiling with -std=c99. */
#ifndef CONVERT_FLAT_H
#define CONVERT_FLAT_H
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "tensors are little-endian and lent as they are"
#endif

enum { CF_FIXED = 128, CF_ENTRY = 104, CF_ALIGN = 64, CF_RANK = 8, CF_HEADER_LIMIT = 100000000, CF_FLOAT32 = 2 };

typedef struct {
    const char *name; /* not ended by a zero */
    size_t name_length;
    uint32_t dtype, rank, crc32;
    uint64_t shape[CF_RANK]; /* outermost first; beyond the rank 0 */
    const void *data;        /* C order */
    uint64_t byte_count;
} cf_tensor;
typedef struct {
    const unsigned char *bytes;
    size_t size, document_length, count;
    const char *document;      /* JSON, not ended by a zero */
    cf_tensor *tensors;        /* in the file's order */
    const cf_tensor **by_name; /* the same, sorted by name */
} cf_file;

static inline uint64_t cf_number(const unsigned char *at, int width) {
    uint64_t number = 0;
    while (width-- > 0) number = number << 8 | at[width];
    return number;
}

/* CRC-32, polynomial 0xEDB88320, by half bytes: a table of 16 is small and fast enough. Begin with 0. */
static inline uint32_t cf_crc32(uint32_t crc, const void *data, size_t count) {
    static const uint32_t table[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
    const unsigned char *bytes = (const unsigned char *)data;
    crc = ~crc;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        crc = table[crc & 15] ^ crc >> 4;
        crc = table[crc & 15] ^ crc >> 4;
    }
    return ~crc;
}

/* Name and size of one element; NULL and 0 for a code that is not known. */
static inline const char *cf_dtype(uint32_t code, size_t *size) {
    static const struct { const char *name; size_t size; } dtypes[] = {
        {NULL, 0}, {"float64", 8}, {"float32", 4}, {"float16", 2}, {"bfloat16", 2}, {"float8_e4m3fn", 1}, {"float8_e5m2", 1},
        {"float8_e4m3fnuz", 1}, {"float8_e5m2fnuz", 1}, {"float8_e8m0fnu", 1}, {"int64", 8}, {"int32", 4}, {"int16", 2}, {"int8", 1},
        {"uint64", 8}, {"uint32", 4}, {"uint16", 2}, {"uint8", 1}, {"bool", 1}, {"complex128", 16}, {"complex64", 8}, {"complex32", 4}};
    if (code >= sizeof dtypes / sizeof *dtypes) code = 0;
    if (size) *size = dtypes[code].size;
    return dtypes[code].name;
}

static inline int cf_by_name(const void *a, const void *b) {
    const cf_tensor *x = *(const cf_tensor *const *)a, *y = *(const cf_tensor *const *)b;
    int order = memcmp(x->name, y->name, x->name_length < y->name_length ? x->name_length : y->name_length);
    return order ? order : (x->name_length > y->name_length) - (x->name_length < y->name_length);
}
/* Empty tensors, which stand at the data's beginning, come first there. */
static inline int cf_by_place(const void *a, const void *b) {
    const cf_tensor *x = *(const cf_tensor *const *)a, *y = *(const cf_tensor *const *)b;
    uintptr_t p = (uintptr_t)x->data, q = (uintptr_t)y->data;
    return p != q ? (p > q) - (p < q) : (x->byte_count > y->byte_count) - (x->byte_count < y->byte_count);
}
static inline int cf_zeros(const unsigned char *bytes, uint64_t from, uint64_t to) {
    while (from < to && !bytes[from]) from++;
    return from >= to;
}
static inline uint64_t cf_aligned(uint64_t offset) { return (offset + CF_ALIGN - 1) / CF_ALIGN * CF_ALIGN; }

/* One entry of the table; what is wrong with it, or NULL. */
static inline const char *cf_read_entry(const cf_file *file, const unsigned char *at, const char *name, uint64_t name_offset,
                                        uint64_t names_length, uint64_t header, cf_tensor *out) {
    size_t width;
    uint64_t start = cf_number(at + 80, 8), bytes, is_empty = 0;
    *out = (cf_tensor){.name = name, .name_length = (size_t)cf_number(at + 4, 4), .dtype = (uint32_t)cf_number(at + 8, 4),
                       .rank = (uint32_t)cf_number(at + 12, 4), .crc32 = (uint32_t)cf_number(at + 96, 4),
                       .byte_count = cf_number(at + 88, 8)};
    if (cf_number(at, 4) != name_offset || out->name_length > names_length - name_offset) return "a name is not where it should be";
    if (!cf_dtype(out->dtype, &width)) return "a dtype is not known";
    if (out->rank > CF_RANK || cf_number(at + 100, 4)) return "a rank is above 8, or a reserved field is not zero";
    bytes = width;
    for (uint32_t i = 0; i < CF_RANK; i++) {
        uint64_t size = out->shape[i] = cf_number(at + 16 + 8 * i, 8);
        if (i >= out->rank && size) return "a size stands behind its rank";
        if (i < out->rank && !size) is_empty = 1;
        if (size && bytes > (uint64_t)INT64_MAX / size) return "a shape is too large";
        if (size) bytes *= size;
    }
    if (out->byte_count != (is_empty ? 0 : bytes)) return "a length is not that of its shape";
    if (start % CF_ALIGN || start < header || start > file->size || out->byte_count > file->size - start)
        return "a tensor is misaligned or lies outside the data";
    if (is_empty && (start != header || out->crc32)) return "an empty tensor has a place";
    out->data = file->bytes + start;
    return NULL;
}

static inline const char *cf_read(cf_file *file) {
    const unsigned char *b = file->bytes, zeros[4] = {0, 0, 0, 0};
    if (file->size < CF_FIXED || memcmp(b, "\x89" "FLAT\r\n\x1A", 8)) return "it is no flat file";
    if (cf_number(b + 8, 4) != 1) return "its version is not 1";
    if (cf_number(b + 12, 4)) return "it has unknown flags";
    uint64_t header = cf_number(b + 16, 8), document = cf_number(b + 40, 8), table = cf_number(b + 48, 8);
    uint64_t count = cf_number(b + 56, 8), names = cf_number(b + 64, 8), names_length = cf_number(b + 72, 8), used = 0;
    if (cf_number(b + 24, 8) != file->size) return "its length is wrong: it is cut short, or something stands behind its end";
    if (header > CF_HEADER_LIMIT || header > file->size) return "its header is too long";
    if (document > header || count > header / CF_ENTRY || names_length > header || cf_number(b + 32, 8) != CF_FIXED ||
        table != cf_aligned(CF_FIXED + document) || names != table + count * CF_ENTRY ||
        header != cf_aligned(names + names_length) || cf_number(b + 80, 8) != header)
        return "its header is malformed";
    if (cf_crc32(cf_crc32(cf_crc32(0, b, 88), zeros, 4), b + 92, (size_t)header - 92) != cf_number(b + 88, 4))
        return "its header is damaged: the checksum is wrong";
    if (!cf_zeros(b, 92, CF_FIXED) || !cf_zeros(b, CF_FIXED + document, table) || !cf_zeros(b, names + names_length, header))
        return "its padding is not zero";
    file->document = (const char *)b + CF_FIXED, file->document_length = (size_t)document;
    file->tensors = (cf_tensor *)calloc((size_t)count + 1, sizeof *file->tensors);
    file->by_name = (const cf_tensor **)calloc((size_t)count + 1, sizeof *file->by_name);
    if (!file->tensors || !file->by_name) return "there is not enough memory";
    while (file->count < count) {
        cf_tensor *tensor = file->tensors + file->count;
        const unsigned char *entry = b + table + file->count * CF_ENTRY;
        const char *wrong = cf_read_entry(file, entry, (const char *)b + names + used, used, names_length, header, tensor);
        if (wrong) return wrong;
        used += tensor->name_length;
        file->by_name[file->count++] = tensor;
    }
    if (used != names_length) return "its names are malformed";
    qsort(file->by_name, file->count, sizeof *file->by_name, cf_by_place);
    uint64_t end = header;
    for (size_t i = 0; i < file->count; i++) {
        const cf_tensor *tensor = file->by_name[i], *last = i ? file->by_name[i - 1] : tensor;
        uint64_t start = (uint64_t)((const unsigned char *)tensor->data - b);
        if (i && last->byte_count == tensor->byte_count && last->data == tensor->data && last->crc32 == tensor->crc32) continue;
        if (tensor->byte_count && (start != cf_aligned(end) || !cf_zeros(b, end, start))) return "tensors overlap or leave a hole";
        end = start + tensor->byte_count;
    }
    if (end != file->size) return "something stands behind the last tensor";
    qsort(file->by_name, file->count, sizeof *file->by_name, cf_by_name);
    for (size_t i = 1; i < file->count; i++)
        if (!cf_by_name(&file->by_name[i - 1], &file->by_name[i])) return "two tensors have one name";
    return NULL;
}

static inline void cf_close(cf_file *file) {
    if (!file) return;
    if (file->bytes) munmap((void *)file->bytes, file->size);
    free(file->tensors), free((void *)file->by_name);
    free(file);
}

/* Maps and checks a file. NULL where it cannot be used; error (may be NULL) then says why. */
static inline cf_file *cf_open(const char *path, const char **error) {
    const char *wrong = "it cannot be opened or mapped";
    struct stat status;
    cf_file *file = (cf_file *)calloc(1, sizeof *file);
    int descriptor = file ? open(path, O_RDONLY | O_NONBLOCK) : -1;
    if (descriptor >= 0 && !fstat(descriptor, &status) && S_ISREG(status.st_mode) && status.st_size > 0) {
        void *bytes = mmap(NULL, file->size = (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        file->bytes = bytes == MAP_FAILED ? NULL : (const unsigned char *)bytes;
        if (file->bytes) wrong = cf_read(file);
    }
    if (descriptor >= 0) close(descriptor);
    if (error) *error = wrong;
    if (wrong) cf_close(file);
    return wrong ? NULL : file;
}

/* The tensor of this name; NULL where there is none. */
static inline const cf_tensor *cf_find(const cf_file *file, const char *name) {
    const cf_tensor wanted = {.name = name, .name_length = strlen(name)}, *key = &wanted;
    const void *found = bsearch(&key, file->by_name, file->count, sizeof *file->by_name, cf_by_name);
    return found ? *(const cf_tensor *const *)found : NULL;
}
/* Whether the data has the checksum recorded for it. Reads all of it. */
static inline int cf_check(const cf_tensor *tensor) { return cf_crc32(0, tensor->data, (size_t)tensor->byte_count) == tensor->crc32; }

/* The elements as floats, lent; NULL where they are of another dtype. */
static inline const float *cf_tensor_f32(const cf_tensor *tensor, size_t *count) {
    if (!tensor || tensor->dtype != CF_FLOAT32) return NULL;
    if (count) *count = (size_t)(tensor->byte_count / sizeof(float));
    return (const float *)tensor->data;
}

#endif
