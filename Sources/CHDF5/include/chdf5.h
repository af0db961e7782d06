#ifndef CONVERT_CHDF5_H
#define CONVERT_CHDF5_H

// What Swift cannot take from <hdf5.h> itself: macros that call the library, calls that are macros, and a lock.

// The newer libraries rename calls whose structures grew; this keeps the ones of 1.10.
#ifndef H5_USE_110_API
#define H5_USE_110_API 1
#endif
#include <hdf5.h>

/// Waits until no other thread is in the library, and readies it: no error printing, no plugins. One thread may enter repeatedly.
void chdf5_enter(void);
/// Ends what `chdf5_enter` began.
void chdf5_leave(void);

/// The innermost message of the last failed call; "no reason given" where there is none. Ends in a zero.
void chdf5_last_error(char *text, size_t capacity);

/// One link of a group: its name, whether it is hard, and the place of the object's header in the file. Not 0 ends the walk.
typedef int (*chdf5_link_visitor)(const char *name, int is_hard, uint64_t address, void *context);
/// Visits the links of an open group. Negative where the library failed.
int chdf5_visit_links(hid_t group, chdf5_link_visitor visit, void *context);

/// Whether a name in a group is a hard link: 1 if so, 0 where it is another link or not there, negative where the library failed.
int chdf5_is_hard_link(hid_t group, const char *name);

/// The kinds of elements that datasets have here.
typedef enum {
    CHDF5_NONE = 0,
    CHDF5_FLOAT64,
    CHDF5_FLOAT32,
    CHDF5_FLOAT16,
    CHDF5_INT64,
    CHDF5_INT32,
    CHDF5_INT16,
    CHDF5_INT8,
    CHDF5_UINT64,
    CHDF5_UINT32,
    CHDF5_UINT16,
    CHDF5_UINT8,
    CHDF5_BOOL,
    CHDF5_COMPLEX128,
    CHDF5_COMPLEX64
} chdf5_element;

/// A new little-endian type, spelled as h5py spells it; the caller closes it.
hid_t chdf5_new_type(chdf5_element element);
/// Which of the kinds a type is; CHDF5_NONE for any other.
chdf5_element chdf5_element_of(hid_t type);
/// A new UTF-8 text type of so many bytes, the closing zero among them; the caller closes it.
hid_t chdf5_new_text_type(size_t size);

/// Property lists for opening and creating files: the plain file driver, no locks (the files are ours alone, and network disks refuse
/// locks), and what 1.8 and later read. Large objects begin at multiples of 64 bytes. The caller closes it.
hid_t chdf5_new_file_access(void);

static inline hid_t chdf5_class_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t chdf5_class_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t chdf5_class_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_class_link_create(void) { return H5P_LINK_CREATE; }
static inline hid_t chdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t chdf5_all(void) { return H5S_ALL; }
static inline unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline haddr_t chdf5_no_address(void) { return HADDR_UNDEF; }

#endif
