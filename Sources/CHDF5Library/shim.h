// The newer libraries rename calls whose structures grew; this keeps the ones of 1.10.
#define H5_USE_110_API 1
#include <hdf5.h>
