#include "cimages.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf escape;
    cimages_report *report;
} error_manager;

typedef struct {
    struct jpeg_progress_mgr base;
    int is_over;
} scan_counter;

static void escape_with_error(j_common_ptr info) {
    error_manager *errors = (error_manager *)info->err;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    snprintf(errors->report->message, sizeof errors->report->message, "%s", text);
    int code = info->err->msg_code;
    if (code == JERR_OUT_OF_MEMORY)
        errors->report->status = cimages_no_memory;
    else if (code == JERR_BAD_PRECISION || code == JERR_SOF_UNSUPPORTED || code == JERR_ARITH_NOTIMPL || code == JERR_CONVERSION_NOTIMPL ||
             code == JERR_EMPTY_IMAGE)
        errors->report->status = cimages_unsupported;
    else
        errors->report->status = cimages_damaged;
    longjmp(errors->escape, 1);
}

// Negative levels are warnings: the library goes on, and so does Pillow. The first is kept, the others only counted.
static void count_warning(j_common_ptr info, int level) {
    if (level >= 0) return;
    error_manager *errors = (error_manager *)info->err;
    if (errors->report->warnings == 0) {
        char text[JMSG_LENGTH_MAX];
        info->err->format_message(info, text);
        snprintf(errors->report->message, sizeof errors->report->message, "%s", text);
    }
    errors->report->warnings++;
    info->err->num_warnings++;
}

static void be_silent(j_common_ptr info) { (void)info; }

// All bytes are there from the start, so whoever asks for more asks for what the file does not have. The library's own memory source would
// make up an end; this one stops, as Pillow's does, and the call returns JPEG_SUSPENDED.
static void nothing(j_decompress_ptr info) { (void)info; }
static boolean no_more(j_decompress_ptr info) {
    (void)info;
    return FALSE;
}
static void skip(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    size_t step = (size_t)count < info->src->bytes_in_buffer ? (size_t)count : info->src->bytes_in_buffer;
    info->src->next_input_byte += step;
    info->src->bytes_in_buffer -= step;
}

static void count_scans(j_common_ptr info) {
    scan_counter *counter = (scan_counter *)info->progress;
    if (!info->is_decompressor || ((j_decompress_ptr)info)->input_scan_number <= CIMAGES_SCAN_LIMIT) return;
    counter->is_over = 1;
    error_manager *errors = (error_manager *)info->err;
    errors->report->status = cimages_unsupported;
    snprintf(errors->report->message, sizeof errors->report->message, "more than %d scans", CIMAGES_SCAN_LIMIT);
    longjmp(errors->escape, 1);
}

// What Pillow inverts and mixes: every four-channel JPEG is taken for an inverted one, as Adobe's programs write them.
static void cmyk_to_rgb(const uint8_t *from, uint8_t *to, size_t width) {
    for (size_t x = 0; x < width; x++, from += 4, to += 3) {
        int light = from[3];
        for (int channel = 0; channel < 3; channel++) {
            int ink = 255 - from[channel];
            int product = ink * light + 128;
            int value = light - (((product >> 8) + product) >> 8);
            to[channel] = (uint8_t)(value < 0 ? 0 : value);
        }
    }
}

static void gray_to_rgb(const uint8_t *from, uint8_t *to, size_t width) {
    for (size_t x = 0; x < width; x++, to += 3) to[0] = to[1] = to[2] = from[x];
}

// With `pixels` null, only the header is read.
static void read_jpeg(const uint8_t *bytes, size_t count, uint8_t *pixels, cimages_report *report) {
    struct jpeg_decompress_struct info;
    struct jpeg_source_mgr source;
    error_manager errors;
    scan_counter counter;
    // Changed between setjmp and longjmp, hence volatile.
    uint8_t *volatile line = NULL;

    memset(report, 0, sizeof *report);
    memset(&info, 0, sizeof info);
    memset(&counter, 0, sizeof counter);
    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = escape_with_error;
    errors.base.emit_message = count_warning;
    errors.base.output_message = be_silent;
    errors.report = report;
    if (setjmp(errors.escape)) {
        free(line);
        jpeg_destroy_decompress(&info);
        return;
    }
    jpeg_create_decompress(&info);
    source.next_input_byte = bytes;
    source.bytes_in_buffer = count;
    source.init_source = nothing;
    source.fill_input_buffer = no_more;
    source.skip_input_data = skip;
    source.resync_to_restart = jpeg_resync_to_restart;
    source.term_source = nothing;
    info.src = &source;
    counter.base.progress_monitor = count_scans;
    info.progress = &counter.base;

    report->status = cimages_truncated;
    int header;
    do header = jpeg_read_header(&info, FALSE);
    while (header == JPEG_HEADER_TABLES_ONLY);
    if (header == JPEG_SUSPENDED) goto done;
    report->width = info.image_width;
    report->height = info.image_height;
    int channels = info.num_components;
    if (channels != 1 && channels != 3 && channels != 4) {
        report->status = cimages_unsupported;
        snprintf(report->message, sizeof report->message, "%d color channels", channels);
        goto done;
    }
    if (!pixels) {
        report->status = cimages_fine;
        goto done;
    }
    // All else is the library's default, as it is Pillow's: the accurate integer transform and smooth upsampling of colors.
    info.out_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
    if (!jpeg_start_decompress(&info)) goto done;
    size_t width = info.output_width;
    if (channels != 3) {
        line = malloc(width * (size_t)channels);
        if (!line) {
            report->status = cimages_no_memory;
            goto done;
        }
    }
    while (info.output_scanline < info.output_height) {
        uint8_t *row = pixels + (size_t)info.output_scanline * width * 3;
        JSAMPROW target = channels == 3 ? row : line;
        if (jpeg_read_scanlines(&info, &target, 1) != 1) goto done;
        if (channels == 1) gray_to_rgb(line, row, width);
        if (channels == 4) cmyk_to_rgb(line, row, width);
    }
    // Reads on to the end marker. Where every row is there without it, Pillow is content; the decoder seldom gets so far in a cut file, because
    // it wants to look ahead.
    if (!jpeg_finish_decompress(&info) && report->warnings++ == 0) snprintf(report->message, sizeof report->message, "no end marker");
    report->status = cimages_fine;
done:
    free(line);
    jpeg_destroy_decompress(&info);
}

void cimages_jpeg_header(const uint8_t *bytes, size_t count, cimages_report *report) { read_jpeg(bytes, count, NULL, report); }

void cimages_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, cimages_report *report) {
    read_jpeg(bytes, count, pixels, report);
}
