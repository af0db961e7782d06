// Pictures through libjpeg and libpng. Both report errors by a long jump, which must not cross Swift frames, so each call here catches its own.
#ifndef CIMAGES_H
#define CIMAGES_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    cimages_fine = 0,
    // The bytes end before the picture does.
    cimages_truncated = 1,
    // The library refused the bytes; `message` is its own text.
    cimages_damaged = 2,
    // A kind of picture that the library, or Pillow, does not read; `message` says which.
    cimages_unsupported = 3,
    cimages_no_memory = 4,
} cimages_status;

typedef struct {
    cimages_status status;
    uint32_t width;
    uint32_t height;
    // Damage that the library mended: the picture is there, parts of it may be wrong. The text of the first stands in `message`.
    int warnings;
    char message[256];
} cimages_report;

// Reads only what comes before the picture: width and height.
void cimages_jpeg_header(const uint8_t *bytes, size_t count, cimages_report *report);
void cimages_png_header(const uint8_t *bytes, size_t count, cimages_report *report);

// Decodes into `pixels`, which holds width * height * 3 bytes as the header said: RGB, rows without padding.
void cimages_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, cimages_report *report);
void cimages_png_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, cimages_report *report);

// Encodes rows of 8-bit RGB without padding as a PNG without time or text. The bytes belong to the caller, who frees them; NULL where it failed.
uint8_t *cimages_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, size_t *count, cimages_report *report);

// The most scans that a progressive JPEG may have: each goes over the whole picture, so that a small file could ask for hours.
#define CIMAGES_SCAN_LIMIT 1000

#endif
