"""The cost of each reader for the bytes that it is given: CPU time and memory at two sizes, as docs/reliability.md states them.

Usage: python3 bounds.py CONVERT [--only TEXT]     (needs nothing beyond Python)

Each input is written twice, the second time with double the size. A reader passes if the doubled input takes at most 2.6 times the CPU time (small
times do not count), and if it stays within the stated seconds and MiB per MiB of input, in addition to what the program takes for no input.
"""
import argparse
import json
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
NETWORK = str(FIXTURES / "models/ir_small.pth")


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, body):
    return varint(number << 3 | 2) + varint(len(body)) + body


def batches(items, size=1000):
    return b"]" + b"".join(b"(" + b"".join(items[i:i + size]) + b"e" for i in range(0, len(items), size))


def protocol0(path, n):
    path.write_bytes(pickle.dumps(list(range(n)), protocol=0))


def listed(path, n):
    path.write_bytes(b"\x80\x02" + batches([b"K\x07"] * n) + b".")


def appended(path, n):
    path.write_bytes(b"\x80\x02]" + b"K\x07a" * n + b".")


def dictionary(path, n):
    path.write_bytes(b"\x80\x02}" + b"".join(b"J" + struct.pack("<i", i) + b"Ns" for i in range(n)) + b".")


def long_numbers(path, n):
    path.write_bytes(b"\x80\x02]" + (b"\x8b" + struct.pack("<I", 1000) + b"\x7f" * 1000 + b"a") * n + b".")


def inflated(path, n):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("a/data.pkl", b"\x80\x02](" + b"N" * n + b"e.")
        z.writestr("a/version", b"3\n")


def entries(path, n):
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("a/data.pkl", b"\x80\x02}.")
        z.writestr("a/version", b"3\n")
        for i in range(n):
            z.writestr(f"a/data/{i}", b"\0\0\0\0")


def state_dict(path, n):
    """n tensors of one number each, all in one storage, as torch.save writes them."""
    text = lambda t: b"X" + struct.pack("<I", len(t)) + t
    storage = b"(" + text(b"storage") + b"ctorch\nFloatStorage\n" + text(b"0") + text(b"cpu") + b"J" + struct.pack("<i", n) + b"tQ"
    tensor = lambda i: b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"J" + struct.pack("<i", i) + b"K\x01\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR"
    body = b"\x80\x02}(" + b"".join(text(b"layer%d.weight" % i) + tensor(i) for i in range(n)) + b"u."
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("a/data.pkl", body)
        z.writestr("a/data/0", b"\0" * 4 * n)
        z.writestr("a/version", b"3\n")


def safetensors(path, n):
    header = json.dumps({f"layer{i}.weight": {"dtype": "F32", "shape": [1], "data_offsets": [4 * i, 4 * i + 4]} for i in range(n)}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 4 * n)


def onnx(path, n):
    value = lambda name: field(1, name) + field(2, field(1, b"\x08\x01" + field(2, field(1, b"\x08\x01") + field(1, b"\x08\x04"))))
    nodes = b"".join(field(1, field(1, b"v%d" % i) + field(2, b"v%d" % (i + 1)) + field(4, b"Relu")) for i in range(n))
    weights = b"".join(field(5, b"\x08\x01\x10\x01" + field(8, b"w%d" % i) + field(9, b"\0\0\0\0")) for i in range(n))
    graph = nodes + weights + field(11, value(b"v0")) + field(12, value(b"v%d" % n))
    path.write_bytes(b"\x08\x08" + field(7, graph) + field(8, b"\x10\x11"))


def scores(path, n):
    path.write_text("image_a,image_b,label,cosine_score\n" + "".join(f"P{i}/a.jpg,P{i}/b.jpg,{i % 2},{(i % 100) / 100}\n" for i in range(n)))


def pairs(path, n):
    path.write_text("".join(f"P{i}/a.jpg P{i}/b.jpg {i % 2}\n" for i in range(n)))


def array(path, n):
    header = ("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 3, 112, 112), }" % n).ljust(117) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + b"\0" * (n * 3 * 112 * 112 * 4))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(path, side, extra=b""):
    rows = zlib.compress((b"\0" + b"\x60" * side) * side)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)) + extra + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def texts(path, n):
    png(path, 64, chunk(b"zTXt", b"k\0\0" + zlib.compress(b"x" * 50_000_000, 9)) * n)


def nested(path, n):
    path.write_bytes(struct.pack("<Q", 2 * n) + b"[" * n + b"]" * n)


SCAN, LOOK, SHOW = ["inspect", "--safety", "IN"], ["inspect", "IN"], ["run", NETWORK, "IN", "--preprocess", "resize"]
# Name, ending, how it is made, its size, the command, and the seconds and MiB that each MiB of input may take.
ROWS = [
    ("pickle: list, protocol 0", "pkl", protocol0, 100_000, SCAN, 3, 120), ("pickle: list by thousands", "pkl", listed, 1_000_000, SCAN, 2, 120),
    ("pickle: list one by one", "pkl", appended, 500_000, SCAN, 2, 120), ("pickle: dictionary", "pkl", dictionary, 100_000, SCAN, 2, 120),
    ("pickle: whole numbers of 1,000 bytes", "pkl", long_numbers, 500, LOOK, 3, 60), ("zip: deflated pickle", "pth", inflated, 2_000_000, SCAN, 40, 9000),
    ("zip: entries", "pth", entries, 20_000, LOOK, 2, 100), ("pth: state dict", "pth", state_dict, 20_000, LOOK, 2, 80),
    ("safetensors: header", "safetensors", safetensors, 50_000, LOOK, 2, 60), ("safetensors: nested JSON", "safetensors", nested, 500_000, LOOK, 1, 30),
    ("ONNX: nodes and initializers", "onnx", onnx, 20_000, LOOK, 3, 150), ("scores", "csv", scores, 100_000, ["score", "IN", "--folds", "10"], 1, 40),
    ("pairs", "txt", pairs, 200_000, ["score", "--pairs-file", "IN", "--embeddings", str(FIXTURES / "scores/embeddings_stored.npz"), "--folds", "10"], 1, 40),
    ("array", "npy", array, 64, ["run", NETWORK, "-i", "IN", "-o", "OUT.npy", "--force"], 1, 10),
    ("PNG: texts of 50 MB each", "png", texts, 20, SHOW, 1, 20), ("PNG: pixels", "png", lambda p, n: png(p, n), 1000, SHOW, 400, 30000),
]


def measured(convert, command, folder):
    p = subprocess.Popen([convert, *command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    return p.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("convert")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    convert, folder, wrong = os.path.abspath(given.convert), Path(tempfile.mkdtemp(prefix="convert-bounds-")), 0
    _, idle, base = measured(convert, ["--version"], folder)
    print("| input | sizes | CPU | memory | a MiB of input takes |\n|---|---|---|---|---|")
    for name, ending, make, size, command, seconds, memory in ROWS:
        if given.only not in name:
            continue
        found = []
        for n in (size, 2 * size):
            path = folder / f"in.{ending}"
            make(path, n)
            mib = path.stat().st_size / (1 << 20)
            code, cpu, peak = min((measured(convert, [str(path) if a == "IN" else a for a in command], folder) for _ in range(2)), key=lambda r: r[1])
            found.append((mib, code, cpu, peak))
        (_, _, cpu1, _), (mib, code, cpu, peak) = found
        rate, multiple = (cpu - idle) / mib, (peak - base) / mib
        faults = [f"doubling takes {cpu / cpu1:.1f} times"] * (cpu > 0.4 and cpu > 2.6 * cpu1)
        faults += [f"{rate:.1f} s a MiB, {seconds} stated"] * (rate > seconds and cpu > 0.4) + [f"{multiple:.0f} MiB a MiB, {memory} stated"] * (multiple > memory and peak > 100)
        faults += [f"exit {code}"] * (code not in (0, 1, 2, 3))
        wrong += bool(faults)
        print(f"| {name} | {found[0][0]:.2f}, {mib:.2f} MiB | {cpu1:.2f}, {cpu:.2f} s | {found[0][3]:.0f}, {peak:.0f} MiB | {rate:.2f} s, {multiple:.1f} MiB | exit {code}{'; WRONG: ' + '; '.join(faults) if faults else ''}", flush=True)
    print(f"{wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
