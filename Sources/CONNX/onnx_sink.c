#include "onnx_sink.h"

#include <stdlib.h>

typedef struct {
    ProtobufCBuffer base;
    void *context;
    ConvertOnnxWrite write;
} Sink;

static void append(ProtobufCBuffer *buffer, size_t count, const uint8_t *data) {
    Sink *sink = (Sink *)buffer;
    if (count > 0) sink->write(sink->context, data, count);
}

size_t convert_onnx_pack(const Onnx__ModelProto *model, void *context, ConvertOnnxWrite write) {
    Sink sink = {{append}, context, write};
    return onnx__model_proto__pack_to_buffer(model, &sink.base);
}

typedef struct {
    size_t left;
} Budget;

static void *allocate_within(void *data, size_t count) {
    Budget *budget = data;
    if (count > budget->left) return NULL;
    budget->left -= count;
    return malloc(count);
}

static void release(void *data, void *pointer) {
    (void)data;
    free(pointer);
}

Onnx__ModelProto *convert_onnx_unpack(const uint8_t *data, size_t count, size_t limit) {
    Budget budget = {limit};
    ProtobufCAllocator allocator = {allocate_within, release, &budget};
    return onnx__model_proto__unpack(&allocator, count, data);
}

void convert_onnx_free(Onnx__ModelProto *model) {
    onnx__model_proto__free_unpacked(model, NULL);
}
