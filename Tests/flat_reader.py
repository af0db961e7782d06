"""An independent reader of flat files (docs/flat-format.md), version 1, with Python's standard library only.

python3 flat_reader.py FILE  prints {"document": ..., "tensors": {name: {"dtype", "shape", "crc32"}}} once every checksum was compared.
load(path) gives {name: (dtype, shape, memoryview)}, the bytes lent from the mapped file; read(path) gives the document before that.
"""
import json
import math
import mmap
import struct
import sys
import zlib

MAGIC = b"\x89FLAT\r\n\x1a"
DTYPES = {
    1: ("float64", 8), 2: ("float32", 4), 3: ("float16", 2), 4: ("bfloat16", 2), 5: ("float8_e4m3fn", 1), 6: ("float8_e5m2", 1),
    7: ("float8_e4m3fnuz", 1), 8: ("float8_e5m2fnuz", 1), 9: ("float8_e8m0fnu", 1), 10: ("int64", 8), 11: ("int32", 4), 12: ("int16", 2),
    13: ("int8", 1), 14: ("uint64", 8), 15: ("uint32", 4), 16: ("uint16", 2), 17: ("uint8", 1), 18: ("bool", 1), 19: ("complex128", 16),
    20: ("complex64", 8), 21: ("complex32", 4),
}


class Refused(Exception):
    """The file breaks the specification."""


def need(condition, problem):
    if not condition:
        raise Refused(problem)


def aligned(offset):
    return (offset + 63) // 64 * 64


def read(path):
    with open(path, "rb") as file:
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    need(len(data) >= 12 and data[:8] == MAGIC, "no flat file")
    version = struct.unpack_from("<I", data, 8)[0]
    need(version == 1, f"version {version}, this reader knows version 1")
    need(len(data) >= 128, "cut short")
    (flags, header, size, document_at, document_size, table, count, names, names_size, data_at, checksum) = struct.unpack_from(
        "<I9QI", data, 12)
    need(flags == 0, "unknown flags")
    need(size == len(data), f"{size} bytes are claimed, {len(data)} are there")
    need(header <= min(size, 100_000_000) and data_at == header and document_at == 128, "malformed header")
    need(table == aligned(128 + document_size) and names == table + 104 * count, "malformed header")
    need(header == aligned(names + names_size), "malformed header")
    found = zlib.crc32(data[92:header], zlib.crc32(b"\0\0\0\0", zlib.crc32(data[:88])))
    need(found == checksum, f"header: CRC-32 {found:08x}, {checksum:08x} is recorded")
    for start, end in ((92, 128), (128 + document_size, table), (names + names_size, header)):
        need(not any(data[start:end]), "padding is not zero")
    document = json.loads(str(data[128:128 + document_size], "utf-8"))
    tensors, stretches, name_at = {}, {}, 0
    for place in range(table, names, 104):
        name_start, name_size, code, rank, *shape, start, length, crc, rest = struct.unpack_from("<4I8Q2Q2I", data, place)
        need(name_start == name_at and name_at + name_size <= names_size, f"the name at {place} is misplaced")
        name = str(data[names + name_at:names + name_at + name_size], "utf-8")
        name_at += name_size
        need(name not in tensors, f"{name} stands twice")
        need(code in DTYPES and rank <= 8 and rest == 0 and not any(shape[rank:]), f"{name}: malformed entry")
        dtype, width = DTYPES[code]
        wanted = width * math.prod(max(extent, 1) for extent in shape[:rank])
        need(wanted < 1 << 63, f"{name}: its shape is too large")
        wanted = 0 if 0 in shape[:rank] else wanted
        need(length == wanted, f"{name}: {length} bytes for a shape of {wanted}")
        need(start % 64 == 0 and header <= start and start + length <= size, f"{name}: outside the data, or misaligned")
        if length:
            need(stretches.setdefault((start, length), crc) == crc, f"{name}: two checksums for one stretch")
        else:
            need(start == header and crc == 0, f"{name}: an empty tensor has a place")
        tensors[name] = (dtype, shape[:rank], data[start:start + length])
    need(name_at == names_size, "names are left over")
    end = header
    for (start, length), crc in sorted(stretches.items()):
        need(start == aligned(end) and not any(data[end:start]), f"overlap, hole or padding before {start}")
        found = zlib.crc32(data[start:start + length])
        need(found == crc, f"data at {start}: CRC-32 {found:08x}, {crc:08x} is recorded")
        end = start + length
    need(end == size, "bytes behind the last tensor")
    return document, tensors


def load(path):
    return read(path)[1]


if __name__ == "__main__":
    try:
        document, tensors = read(sys.argv[1])
    except (Refused, OSError, ValueError) as error:
        sys.exit(f"{sys.argv[1]}: {error}")
    rows = {name: {"dtype": dtype, "shape": shape, "crc32": zlib.crc32(data)} for name, (dtype, shape, data) in tensors.items()}
    print(json.dumps({"document": document, "tensors": rows}))
