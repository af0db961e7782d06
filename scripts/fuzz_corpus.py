"""Packs fuzzing inputs into one file: for each input, its length as four little-endian bytes, then its bytes.

Usage: python3 fuzz_corpus.py FOLDER OUT [LIMIT]     (smallest inputs first, up to LIMIT bytes; default 64 kB)
       python3 fuzz_corpus.py --unpack FILE FOLDER   (one file per input)
"""
import sys

if {"-h", "--help"} & set(sys.argv[1:]):
    sys.exit(print(__doc__))

import struct
from pathlib import Path


def pack(folder, out, limit):
    inputs = sorted({p.read_bytes() for p in folder.iterdir()}, key=lambda data: (len(data), data))
    packed, count = b"", 0
    for data in inputs:
        if len(packed) + 4 + len(data) > limit:
            break
        packed += struct.pack("<I", len(data)) + data
        count += 1
    out.write_bytes(packed)
    print(f"{out}: {count} of {len(inputs)} inputs, {len(packed)} bytes")


def unpack(packed, folder):
    data, start, count = packed.read_bytes(), 0, 0
    while start < len(data):
        (size,) = struct.unpack_from("<I", data, start)
        (folder / f"packed-{count}").write_bytes(data[start + 4:start + 4 + size])
        start, count = start + 4 + size, count + 1


if sys.argv[1] == "--unpack":
    unpack(Path(sys.argv[2]), Path(sys.argv[3]))
else:
    pack(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 64 << 10)
