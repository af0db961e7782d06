#define _GNU_SOURCE
#include "chdf5.h"

#include <pthread.h>
#include <string.h>

// Not every build of libhdf5 is thread-safe. Recursive, because a tensor that is being written may itself come out of an HDF5 file.
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void chdf5_enter(void) {
    pthread_mutex_lock(&lock);
    static int is_ready = 0;
    if (!is_ready) {
        // After a write that failed on a full disk, the library's own end of the process is a crash. Nothing is left to it: every
        // handle is closed as soon as it is let go of.
        H5dont_atexit();
        is_ready = 1;
    }
    // Each thread has an error stack of its own in a thread-safe build, so this is said at every entry.
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    // A file must not make the library load code from a folder of plugins.
    H5PLset_loading_state(0);
}

void chdf5_leave(void) { pthread_mutex_unlock(&lock); }

struct error_text {
    char *text;
    size_t capacity;
};

static herr_t take_innermost(unsigned depth, const H5E_error2_t *error, void *context) {
    struct error_text *target = context;
    if (depth == 0 && error->desc != NULL && error->desc[0] != 0) {
        strncpy(target->text, error->desc, target->capacity - 1);
        target->text[target->capacity - 1] = 0;
    }
    return 0;
}

void chdf5_last_error(char *text, size_t capacity) {
    if (capacity == 0) return;
    struct error_text target = {text, capacity};
    strncpy(text, "no reason given", capacity - 1);
    text[capacity - 1] = 0;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_innermost, &target);
}

struct visit {
    chdf5_link_visitor visitor;
    void *context;
};

static herr_t visit_one(hid_t group, const char *name, const H5L_info_t *info, void *context) {
    (void)group;
    struct visit *visit = context;
    int is_hard = info->type == H5L_TYPE_HARD;
    return visit->visitor(name, is_hard, is_hard ? (uint64_t)info->u.address : 0, visit->context);
}

int chdf5_visit_links(hid_t group, chdf5_link_visitor visitor, void *context) {
    struct visit visit = {visitor, context};
    return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_one, &visit);
}

int chdf5_is_hard_link(hid_t group, const char *name) {
    htri_t exists = H5Lexists(group, name, H5P_DEFAULT);
    if (exists <= 0) return exists;
    H5L_info_t info;
    if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return -1;
    return info.type == H5L_TYPE_HARD;
}

static hid_t new_float16(void) {
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    if (type < 0) return type;
    if (H5Tset_fields(type, 15, 10, 5, 0, 10) < 0 || H5Tset_size(type, 2) < 0 || H5Tset_ebias(type, 15) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

static hid_t new_bool(void) {
    hid_t type = H5Tenum_create(H5T_STD_I8LE);
    if (type < 0) return type;
    signed char no = 0, yes = 1;
    if (H5Tenum_insert(type, "FALSE", &no) < 0 || H5Tenum_insert(type, "TRUE", &yes) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

static hid_t new_complex(hid_t part, size_t size) {
    hid_t type = H5Tcreate(H5T_COMPOUND, 2 * size);
    if (type < 0) return type;
    if (H5Tinsert(type, "r", 0, part) < 0 || H5Tinsert(type, "i", size, part) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

hid_t chdf5_new_type(chdf5_element element) {
    switch (element) {
    case CHDF5_FLOAT64: return H5Tcopy(H5T_IEEE_F64LE);
    case CHDF5_FLOAT32: return H5Tcopy(H5T_IEEE_F32LE);
    case CHDF5_FLOAT16: return new_float16();
    case CHDF5_INT64: return H5Tcopy(H5T_STD_I64LE);
    case CHDF5_INT32: return H5Tcopy(H5T_STD_I32LE);
    case CHDF5_INT16: return H5Tcopy(H5T_STD_I16LE);
    case CHDF5_INT8: return H5Tcopy(H5T_STD_I8LE);
    case CHDF5_UINT64: return H5Tcopy(H5T_STD_U64LE);
    case CHDF5_UINT32: return H5Tcopy(H5T_STD_U32LE);
    case CHDF5_UINT16: return H5Tcopy(H5T_STD_U16LE);
    case CHDF5_UINT8: return H5Tcopy(H5T_STD_U8LE);
    case CHDF5_BOOL: return new_bool();
    case CHDF5_COMPLEX128: return new_complex(H5T_IEEE_F64LE, 8);
    case CHDF5_COMPLEX64: return new_complex(H5T_IEEE_F32LE, 4);
    case CHDF5_NONE: break;
    }
    return -1;
}

chdf5_element chdf5_element_of(hid_t type) {
    for (int element = CHDF5_FLOAT64; element <= CHDF5_COMPLEX64; element++) {
        hid_t known = chdf5_new_type((chdf5_element)element);
        if (known < 0) continue;
        int is_equal = H5Tequal(type, known) > 0;
        H5Tclose(known);
        if (is_equal) return (chdf5_element)element;
    }
    return CHDF5_NONE;
}

hid_t chdf5_new_text_type(size_t size) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0) return type;
    if (H5Tset_size(type, size) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

hid_t chdf5_new_file_access(void) {
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list < 0) return list;
    int failed = H5Pset_fapl_sec2(list) < 0 || H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_LATEST) < 0 ||
                 H5Pset_alignment(list, 256, 64) < 0;
#if H5_VERSION_GE(1, 10, 7)
    failed = failed || H5Pset_file_locking(list, 0, 1) < 0;
#endif
    if (failed) {
        H5Pclose(list);
        return -1;
    }
    return list;
}
