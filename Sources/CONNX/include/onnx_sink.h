// A protobuf-c buffer that hands every stretch of bytes to a callback, and an allocator that refuses past a limit: protobuf-c itself
// neither streams to a context nor bounds what a malformed file makes it allocate.
#ifndef CONVERT_ONNX_SINK_H
#define CONVERT_ONNX_SINK_H

#include <stddef.h>
#include <stdint.h>
#include "onnx.pb-c.h"

typedef void (*ConvertOnnxWrite)(void *context, const uint8_t *data, size_t count);

/// Packs `model`, calling `write` for each stretch. Bytes fields are handed over by their pointer and not read.
size_t convert_onnx_pack(const Onnx__ModelProto *model, void *context, ConvertOnnxWrite write);

/// Unpacks a model, allocating at most `limit` bytes. NULL where the bytes are malformed or the limit is met.
Onnx__ModelProto *convert_onnx_unpack(const uint8_t *data, size_t count, size_t limit);

/// Frees what `convert_onnx_unpack` gave.
void convert_onnx_free(Onnx__ModelProto *model);

#endif
