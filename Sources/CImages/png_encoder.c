#include "cimages.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

typedef struct {
    uint8_t *bytes;
    size_t count;
    size_t room;
    jmp_buf escape;
    cimages_report *report;
} writer;

static void escape_with_error(png_structp png, png_const_charp text) {
    writer *to = png_get_error_ptr(png);
    to->report->status = strstr(text, "ut of memory") ? cimages_no_memory : cimages_damaged;
    snprintf(to->report->message, sizeof to->report->message, "%s", text);
    longjmp(to->escape, 1);
}

static void ignore_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void give(png_structp png, png_bytep from, size_t count) {
    writer *to = png_get_io_ptr(png);
    if (count > to->room - to->count) {
        size_t room = (to->count + count) * 2;
        uint8_t *bytes = realloc(to->bytes, room);
        if (!bytes) png_error(png, "Out of memory");
        to->bytes = bytes;
        to->room = room;
    }
    memcpy(to->bytes + to->count, from, count);
    to->count += count;
}

static void no_flush(png_structp png) { (void)png; }

uint8_t *cimages_png_encode(const uint8_t *pixels, uint32_t width, uint32_t height, size_t *count, cimages_report *report) {
    writer to = {.report = report};
    png_infop volatile info = NULL;
    memset(report, 0, sizeof *report);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &to, escape_with_error, ignore_warning);
    if (!png || setjmp(to.escape)) {
        if (report->status == cimages_fine) report->status = cimages_no_memory;
        free(to.bytes);
        to.bytes = NULL;
        goto done;
    }
    info = png_create_info_struct(png);
    if (!info) png_error(png, "Out of memory");
    png_set_write_fn(png, &to, give, no_flush);
    png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    // Photographs hardly shrink further with more effort.
    png_set_compression_level(png, 3);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_PAETH);
    png_write_info(png, info);
    for (uint32_t y = 0; y < height; y++) png_write_row(png, pixels + (size_t)y * width * 3);
    png_write_end(png, NULL);
done:
    if (png) png_destroy_write_struct(&png, (png_infopp)&info);
    *count = to.bytes ? to.count : 0;
    return to.bytes;
}
