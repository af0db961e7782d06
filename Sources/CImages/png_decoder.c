#include "cimages.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

typedef struct {
    const uint8_t *bytes;
    size_t left;
    jmp_buf escape;
    cimages_report *report;
} reader;

static void escape_with_error(png_structp png, png_const_charp text) {
    reader *from = png_get_error_ptr(png);
    if (from->report->status != cimages_truncated) {
        from->report->status = strstr(text, "ut of memory") ? cimages_no_memory : cimages_damaged;
        snprintf(from->report->message, sizeof from->report->message, "%s", text);
    }
    longjmp(from->escape, 1);
}

// About color profiles, text and the like, which change no pixel here.
static void ignore_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void take(png_structp png, png_bytep to, size_t count) {
    reader *from = png_get_io_ptr(png);
    if (count > from->left) {
        from->report->status = cimages_truncated;
        png_error(png, "cut short");
    }
    memcpy(to, from->bytes, count);
    from->bytes += count;
    from->left -= count;
}

typedef struct {
    int depth;
    int color;
    uint8_t palette[256][3];
} layout;

// One row as libpng delivers it, with 16-bit colors cut to 8 already, as what Pillow's convert("RGB") makes of it.
static void to_rgb(const uint8_t *from, uint8_t *to, size_t width, const layout *kind) {
    size_t step;
    switch (kind->color) {
    case PNG_COLOR_TYPE_PALETTE:
        for (size_t x = 0; x < width; x++, to += 3) memcpy(to, kind->palette[from[x]], 3);
        break;
    case PNG_COLOR_TYPE_GRAY:
        // Pillow holds 16-bit gray as whole numbers and clips those above 255, where it only halves the depth of all other kinds.
        if (kind->depth == 16) {
            for (size_t x = 0; x < width; x++, from += 2, to += 3) to[0] = to[1] = to[2] = from[0] ? 255 : from[1];
            break;
        }
        for (size_t x = 0; x < width; x++, to += 3) to[0] = to[1] = to[2] = from[x];
        break;
    case PNG_COLOR_TYPE_GRAY_ALPHA:
        for (size_t x = 0; x < width; x++, from += 2, to += 3) to[0] = to[1] = to[2] = from[0];
        break;
    default:
        step = kind->color == PNG_COLOR_TYPE_RGB_ALPHA ? 4 : 3;
        for (size_t x = 0; x < width; x++, from += step, to += 3) memcpy(to, from, 3);
    }
}

// Chunks by name, each ended by a NUL. EXIF data (eXIf) is not among them: it says how the picture is to be turned.
static const png_byte passed_over[] = "tEXt\0zTXt\0iTXt\0iCCP\0sPLT\0hIST\0pCAL\0sCAL\0sBIT\0tIME\0oFFs\0pHYs\0cHRM\0gAMA\0sRGB\0bKGD";

// With `pixels` null, only the header is read.
static void read_png(const uint8_t *bytes, size_t count, uint8_t *pixels, cimages_report *report) {
    reader from = {.bytes = bytes, .left = count, .report = report};
    png_infop volatile info = NULL;
    // Rows of an interlaced picture are complete only after its last pass, so all are kept.
    uint8_t *volatile rows = NULL;
    png_bytep *volatile places = NULL;
    layout kind;

    memset(report, 0, sizeof *report);
    report->status = cimages_no_memory;
    png_structp volatile png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &from, escape_with_error, ignore_warning);
    if (!png) return;
    if (setjmp(from.escape)) goto done;
    info = png_create_info_struct(png);
    if (!info) goto done;
    report->status = cimages_fine;
    png_set_read_fn(png, &from, take);
    // Limits are the caller's.
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    // Texts, profiles and the like change no pixel here, and a small file can hold gigabytes of them: they are passed over unread. What stays is
    // at most one chunk of a kind, as large as it is in the file.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, passed_over, sizeof passed_over / 5);
    png_set_chunk_cache_max(png, 16);
    png_set_chunk_malloc_max(png, 64 << 20);
    // A wrong checksum of what changes no pixel is no reason to refuse the picture.
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
    png_read_info(png, info);
    report->width = png_get_image_width(png, info);
    report->height = png_get_image_height(png, info);
    if (!pixels) goto done;

    memset(&kind, 0, sizeof kind);
    kind.depth = png_get_bit_depth(png, info);
    kind.color = png_get_color_type(png, info);
    if (kind.color == PNG_COLOR_TYPE_PALETTE) {
        // A pixel beyond the palette's end is black, as it is for Pillow.
        png_colorp colors = NULL;
        int length = 0;
        png_get_PLTE(png, info, &colors, &length);
        for (int entry = 0; entry < length && entry < 256; entry++) {
            kind.palette[entry][0] = colors[entry].red;
            kind.palette[entry][1] = colors[entry].green;
            kind.palette[entry][2] = colors[entry].blue;
        }
        png_set_packing(png);
    } else if (kind.depth < 8) {
        png_set_expand_gray_1_2_4_to_8(png);
    } else if (kind.depth == 16 && kind.color != PNG_COLOR_TYPE_GRAY) {
        png_set_strip_16(png);
    }
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t stride = png_get_rowbytes(png, info);
    size_t width = report->width, height = report->height;
    rows = malloc(passes > 1 ? stride * height : stride);
    if (passes > 1) places = malloc(height * sizeof *places);
    if (!rows || (passes > 1 && !places)) {
        report->status = cimages_no_memory;
        goto done;
    }
    if (passes > 1) {
        for (size_t y = 0; y < height; y++) places[y] = rows + y * stride;
        png_read_image(png, places);
        for (size_t y = 0; y < height; y++) to_rgb(places[y], pixels + y * width * 3, width, &kind);
    } else {
        for (size_t y = 0; y < height; y++) {
            png_read_row(png, rows, NULL);
            to_rgb(rows, pixels + y * width * 3, width, &kind);
        }
    }
    // What follows the picture is not read: nothing there changes it, and Pillow does not mind its absence.
done:
    free(rows);
    free(places);
    png_destroy_read_struct((png_structpp)&png, info ? (png_infopp)&info : NULL, NULL);
}

void cimages_png_header(const uint8_t *bytes, size_t count, cimages_report *report) { read_png(bytes, count, NULL, report); }

void cimages_png_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, cimages_report *report) {
    read_png(bytes, count, pixels, report);
}
