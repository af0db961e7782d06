"""Instructions, peak memory and output sizes of the main commands, against recorded figures: exits 1 if any is worse than its margin allows.

Usage: python3 scripts/guard.py [CONVERT] [--only TEXT,…] [--record]
       python3 scripts/guard.py [CONVERT] --self-test

CONVERT is by default .build/tests/release/convert, which `make test` builds and for which the figures are recorded, or else .build/release/convert.
Figures and margins are in Benchmarks/Thresholds/guard.json; --record writes new figures there. --self-test checks that a worse figure fails.

Instructions are counted by valgrind, whose processor has AVX2 and FMA whatever the real one adds to them, so counts from different machines
compare. Where valgrind cannot count, one line says why, and memory and sizes are still compared.
"""
import argparse
import array
import concurrent.futures
import contextlib
import ctypes
import io
import json
import os
import platform
import random
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
RECORD = ROOT / "Benchmarks/Thresholds/guard.json"
BINARIES = [ROOT / ".build/tests/release/convert", ROOT / ".build/release/convert"]
UNITS = {"instructions": "instructions", "memory": "KiB", "bytes": "bytes"}
PR_SET_THP_DISABLE = 41
PLAIN_RUNS = 3  # peak memory varies by one or two percent from run to run: the median counts

# Each row: its name, the arguments of convert, and the file that it writes and whose size counts.
ROWS = [
    ("start-up", "--version", None),
    ("inspect", "inspect training.pth", None),
    ("inspect --safety", "inspect --safety training.pth", None),
    ("slim", "slim training.pth out.pth", "out.pth"),
    ("export onnx, tensors", "training.pth out.onnx --verify tensors", "out.onnx"),
    ("export safetensors, tensors", "training.pth out.safetensors --verify tensors", "out.safetensors"),
    ("export onnx, full", "training.pth out.onnx --verify full", "out.onnx"),
    ("run ir_small.pth", "run ir_small.pth -i ir_small.npy -o out.npy --threads 1", "out.npy"),
    ("run branches.onnx", "run branches.onnx -i branches.npy -o out.npy --threads 1", "out.npy"),
    ("run mobilefacenet", "run mobilefacenet.safetensors -i 64.npy -o out.npy --threads 1", "out.npy"),
    ("run inception, baseline", "run inception.safetensors -i 80.npy -o out.npy --threads 1 --image-size 80 --loops baseline", "out.npy"),
    # Photographs may not be redistributed; the thresholds are so low that boxes of a drawn picture go through all three networks.
    ("align", "align picture.png -o out --threads 1 --mtcnn-weights mtcnn --min-face-size 60 --thresholds 0.05,0.001,0.001", "out/picture.png"),
]


def stop(text):
    print("guard: " + text, file=sys.stderr)
    sys.exit(2)


# Inputs


def write_network(path, keys, window=None):
    """A network of these keys and shapes as safetensors, its numbers drawn from a seed; `window` is the side of its global convolution."""
    numbers = random.Random(1)
    noise = array.array("f", (numbers.uniform(-0.05, 0.05) for _ in range(1 << 14))).tobytes()
    scales = array.array("f", (numbers.uniform(0.9, 1.1) for _ in range(1 << 12))).tobytes()
    head, sources, end = {}, [], 0
    for key, (dtype, shape) in keys.items():
        if window and key.endswith("GDC_dw.weight"):
            shape = shape[:2] + [window, window]
        size = 8 if dtype == "int64" else 4
        for side in shape:
            size *= side
        head[key] = {"dtype": "I64" if dtype == "int64" else "F32", "shape": shape, "data_offsets": [end, end + size]}
        is_scale = key.endswith("running_var") or len(shape) == 1 and key.endswith("weight")
        sources.append((size, bytes(8) if dtype == "int64" else scales if is_scale else noise))
        end += size
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for size, source in sources:  # piece by piece, so that this process stays small
            for at in range(0, size, len(source)):
                file.write(source[: size - at])


def write_array(path, shape, values):
    head = repr({"descr": "<f4", "fortran_order": False, "shape": shape}).encode()
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    path.write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head + values)


def write_image(path, side):
    numbers = random.Random(side)
    write_array(path, (1, 3, side, side), array.array("f", (numbers.uniform(-1, 1) for _ in range(3 * side * side))).tobytes())


def without_debug_information(path, copy):
    """A copy in which valgrind does not find debug information: Debian 12's valgrind cannot read what current compilers write. Loaded sections stay."""
    data = bytearray(path.read_bytes())
    if data[:5] != b"\x7fELF\x02":
        stop(f"{path} is not a 64-bit ELF program")
    sections, = struct.unpack_from("<Q", data, 40)
    size, _, names = struct.unpack_from("<3H", data, 58)
    start, length = struct.unpack_from("<QQ", data, sections + size * names + 24)
    text = bytes(data[start:start + length])
    data[start:start + length] = text.replace(b".debug_", b".unread").replace(b".symtab\0", b".unread\0")
    copy.write_bytes(data)
    copy.chmod(0o755)


def detector_weights():
    """The folder that `convert align` would take MTCNN's weights from."""
    home = os.environ.get("HOME", "/")
    data = os.environ.get("XDG_DATA_HOME") or home + "/.local/share"
    places = [os.environ["CONVERT_DATA"]] if os.environ.get("CONVERT_DATA") else [data + "/convert", home + "/.local/share/convert"]
    for place in [*places, "/usr/local/share/convert"]:
        if all((Path(place) / "mtcnn" / f"{name}.pt").exists() for name in ("pnet", "rnet", "onet")):
            return Path(place) / "mtcnn"
    return None


def write_inputs(folder, rows):
    wanted = " ".join(arguments for _, arguments, _ in rows)
    copies = {
        "training.pth": "training/small_epoch_003.pth", "ir_small.pth": "models/ir_small.pth", "branches.onnx": "models/branches_torchscript.onnx",
        "branches.npy": "models/branches_input.npy", "picture.png": "images/source.png",
    }
    for name, source in copies.items():
        shutil.copyfile(FIXTURES / source, folder / name)
    write_array(folder / "ir_small.npy", (1, 3, 112, 112), (FIXTURES / "models/ir_small_input.npy").read_bytes()[-3 * 112 * 112 * 4:])
    for side in (64, 80):
        write_image(folder / f"{side}.npy", side)
    keys = json.loads((FIXTURES / "models/keys.json").read_text())
    if "mobilefacenet" in wanted:
        write_network(folder / "mobilefacenet.safetensors", keys["mobilefacenet"], window=4)
    if "inception" in wanted:
        write_network(folder / "inception.safetensors", keys["inception_resnet_v1"])
    if "align" in wanted:
        shutil.copytree(detector_weights(), folder / "mtcnn")


# Measuring


class Bench:
    """A folder with the program and its inputs, in which commands run without this process's environment."""

    def __init__(self, folder):
        self.folder = folder
        # Otherwise Swift seeds its hash tables randomly.
        self.environment = {"HOME": str(folder), "LC_ALL": "C", "SWIFT_DETERMINISTIC_HASHING": "1"}
        setarch = shutil.which("setarch")
        fixed = [setarch, platform.machine(), "-R"] if setarch else []
        is_allowed = fixed and subprocess.run([*fixed, "true"], stderr=subprocess.DEVNULL).returncode == 0
        self.fixed = fixed if is_allowed else []  # containers may forbid it
        self.process_control = ctypes.CDLL(None).prctl

    def place(self, number):
        """A folder for one command's output, with the inputs in it."""
        place = self.folder / f"{number:04}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for file in self.folder.iterdir():
            if not re.fullmatch(r"\d{4}", file.name):
                (place / file.name).symlink_to(file)
        return place

    def finish(self, name, status, place):
        if status != 0:
            stop(f"{name}: ended with {status}\n" + (place / "printed").read_text(errors="replace")[-2000:])

    def run(self, name, arguments, number):
        """Peak memory in KiB of the plain command, and the folder that it wrote to."""
        place = self.place(number)
        command = [*self.fixed, "./convert", *arguments.split()]
        # Not with subprocess, whose vfork would count this process's own memory.
        process = os.fork()
        if process == 0:
            try:
                os.chdir(place)
                self.process_control(PR_SET_THP_DISABLE, 1, 0, 0, 0)  # otherwise memory depends on the system's setting
                printed = os.open("printed", os.O_WRONLY | os.O_CREAT)
                os.dup2(printed, 1)
                os.dup2(printed, 2)
                os.execve(command[0], command, self.environment)
            finally:
                os._exit(127)
        _, status, usage = os.wait4(process, 0)
        self.finish(name, os.waitstatus_to_exitcode(status), place)
        return usage.ru_maxrss, place

    def count(self, name, arguments, number):
        """Instructions of the command on valgrind's processor."""
        place = self.place(number)
        command = [*self.fixed, shutil.which("valgrind"), "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
                   "--log-file=counted", "./convert", *arguments.split()]
        with open(place / "printed", "wb") as printed:
            status = subprocess.run(command, cwd=place, env=self.environment, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed).returncode
        self.finish(name + " under valgrind", status, place)
        found = re.search(r"I\s+refs:\s+([\d,]+)", (place / "counted").read_text())
        if not found:
            stop(f"{name}: valgrind printed no count")
        shutil.rmtree(place)
        return int(found[1].replace(",", ""))


def why_not_counted():
    """Why instructions cannot be counted here, or None."""
    if platform.machine() != "x86_64":
        return f"the figures are of x86-64, this processor is {platform.machine()}"
    flags = set(re.findall(r"\w+", next((line for line in open("/proc/cpuinfo") if line.startswith("flags")), "")))
    if not {"avx2", "fma"} <= flags:
        return "the figures are of the loops for AVX2 and FMA, which this processor does not have"
    if not shutil.which("valgrind"):
        return "there is no valgrind here (make setup installs it)"
    return None


def measure(binary, rows, is_counted):
    """Figures by row: instructions, memory in KiB, bytes."""
    figures = {name: {} for name, _, _ in rows}
    with tempfile.TemporaryDirectory(prefix="guard-") as folder:
        folder = Path(folder)
        without_debug_information(binary, folder / "convert")
        write_inputs(folder, rows)
        bench = Bench(folder)
        for name, arguments, output in rows:
            peaks = []
            for _ in range(PLAIN_RUNS):
                peak, place = bench.run(name, arguments, 0)
                peaks.append(peak)
            figures[name]["memory"] = int(statistics.median(peaks))
            if output:
                figures[name]["bytes"] = (place / output).stat().st_size
            shutil.rmtree(place)
        if is_counted:
            with concurrent.futures.ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
                counts = [pool.submit(bench.count, name, arguments, number) for number, (name, arguments, _) in enumerate(rows, 1)]
                for (name, _, _), count in zip(rows, counts):
                    figures[name]["instructions"] = count.result()
    return figures


# Judging


def judge(figures, record):
    """Prints a line for each figure, and returns the number of those that are worse."""
    worse = 0
    width = max(len(name) for name in figures)
    print(f"{'':{width}}  {'':12}  {'measured':>15}  {'recorded':>15}  ratio")
    for name, row in figures.items():
        for kind, measured in sorted(row.items(), key=lambda item: list(UNITS).index(item[0])):
            known = record["rows"].get(name, {})
            recorded, margin = known.get(kind), known.get("margins", {}).get(kind, record["margins"][kind])
            line = f"{name:{width}}  {UNITS[kind]:12}  {measured:15,}  "
            if recorded is None:
                worse += 1
                print(line + f"{'none':>15}         WORSE: no figure is recorded; --record writes one")
                continue
            ratio = measured / recorded
            verdict = "ok"
            if ratio > 1 + margin:
                worse += 1
                verdict = f"WORSE (up to {1 + margin:.2f} allowed)"
            elif ratio < 1 - margin:
                verdict = "ok, BETTER than recorded: lower the record with --record"
            print(line + f"{recorded:15,}  {ratio:5.3f}  {verdict}")
    return worse


def write_record(path, record, figures):
    """Replaces the figures of measured rows; rows that were left out, and margins, stay."""
    for name, row in figures.items():
        record["rows"].setdefault(name, {}).update(row)
    order = [name for name, _, _ in ROWS]
    record["rows"] = {name: record["rows"][name] for name in sorted(record["rows"], key=order.index)}
    path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")


def self_test(binary):
    """How often a worse figure passes, or a good one fails: two quick rows are compared with a record that they meet, and with lower ones."""
    is_counted = why_not_counted() is None
    rows = [row for row in ROWS if row[0] in ("start-up", "slim")]
    figures = measure(binary, rows, is_counted)
    record = json.loads(RECORD.read_text())
    right = {"margins": record["margins"], "rows": {name: {**row, "margins": record["rows"][name].get("margins", {})} for name, row in figures.items()}}
    wrong = 0

    def expect(text, record, wanted):
        nonlocal wrong
        with contextlib.redirect_stdout(io.StringIO()):
            worse = judge(figures, record)
        wrong += worse != wanted
        print(f"self-test: {text}: {worse} worse, {'ok' if worse == wanted else f'WRONG: {wanted} expected'}")

    expect("against itself", right, 0)
    for name, row in figures.items():
        for kind in row:
            lower = json.loads(json.dumps(right))
            lower["rows"][name][kind] = int(row[kind] / 1.15)
            expect(f"{name}: 15 % more {UNITS[kind]} than recorded", lower, 1)
    # The same through the command line, for its exit code.
    with tempfile.TemporaryDirectory(prefix="guard-") as folder:
        path = Path(folder) / "record.json"
        for text, factor, wanted in [("as measured", 1, 0), ("lowered by 20 %", 0.8, 1)]:
            row = {kind: int(figure * factor) for kind, figure in figures["start-up"].items()}
            path.write_text(json.dumps({"margins": record["margins"], "rows": {"start-up": row}}))
            status = subprocess.run([sys.executable, __file__, str(binary), "--only", "start-up", "--figures", str(path)],
                                    stdout=subprocess.DEVNULL).returncode
            wrong += status != wanted
            print(f"self-test: a record {text}: exit {status}, {'ok' if status == wanted else f'WRONG: {wanted} expected'}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("convert", nargs="?", type=Path)
    parser.add_argument("--only", default="", help="only rows whose names contain this; several texts with commas between them")
    parser.add_argument("--figures", type=Path, default=RECORD, help="another file of recorded figures")
    parser.add_argument("--record", action="store_true", help="write the measured figures into the file")
    parser.add_argument("--self-test", action="store_true", help="prove that a worse figure fails")
    options = parser.parse_args()
    binary = options.convert or next((path for path in BINARIES if path.exists()), None)
    if binary is None or not binary.exists():
        stop(f"there is no program at {binary or BINARIES[0]}: run make test first, or name one")
    if options.self_test:
        sys.exit(1 if self_test(binary.resolve()) else 0)
    if options.convert is None and binary != BINARIES[0]:
        print(f"guard: measuring {binary.relative_to(ROOT)}; the figures are of {BINARIES[0].relative_to(ROOT)}, which make test builds")

    rows = [row for row in ROWS if any(text in row[0] for text in options.only.split(","))]
    if not rows:
        stop(f"no row is named like {options.only}")
    if any(name == "align" for name, _, _ in rows) and not detector_weights():
        print("guard: not compared: align, because MTCNN's weights are not here (make setup fetches them)")
        rows = [row for row in rows if row[0] != "align"]
    reason = why_not_counted()
    if reason:
        print(f"guard: not compared: instructions, because {reason}; memory and sizes are")
    figures = measure(binary.resolve(), rows, reason is None)
    record = json.loads(options.figures.read_text())
    if options.record:
        write_record(options.figures, record, figures)
        print(f"guard: recorded {sum(map(len, figures.values()))} figures in {options.figures}")
        return
    worse = judge(figures, record)
    if worse:
        print(f"guard: {worse} figure{'s are' if worse > 1 else ' is'} worse; if that is meant, record anew with scripts/guard.py --record")
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
