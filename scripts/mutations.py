"""Damages files of every format that is read, in many small ways, and runs the command on each: it has to answer quickly, and in little memory.

Usage: python3 mutations.py CONVERT [--count N] [--seed N] [--jobs N] [--only TEXT] [--keep DIR]     (needs nothing beyond Python)

Checked: exit code 0, 1, 2, 3 or 64 and no signal; at most 5 s of CPU and 500 MiB; an error has a message; a run that fails leaves no output, and
no run leaves a temporary file. The damage: bits, bytes, whole numbers of 1 to 8 bytes at their limits, numbers in text, truncation, and ranges that
are moved, doubled or taken from a different file. Entries of zip archives are also changed and the archives rewritten, so that checksums match.
Files that break a rule are written to --keep.
"""
import argparse
import io
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
CPU, MEMORY = 5.0, 500.0                                                   # seconds, MiB
EXITS = {0, 1, 2, 3, 64}
LIMITS = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF]
NUMBERS = [b"0", b"-1", b"1", b"999999999", b"2147483648", b"9223372036854775807", b"9223372036854775808", b"1e308", b"1e999", b"-0", b"0.5"]


def seeds(convert, folder):
    """Files by kind: their contents, and the commands that read them. IN is the damaged file, OUT a new folder."""
    models = FIXTURES / "models"
    made = {}
    for ending in ("safetensors", "h5", "flat", "onnx", "pth"):
        made[ending] = folder / f"made.{ending}"
        subprocess.run([convert, models / "ir_small.pth", made[ending], "--verify", "none", "--quiet"], check=True)
    slim = lambda ending: ["slim", "IN", "-o", f"OUT/out{ending}"]
    export = lambda ending: ["export", "IN", "-o", f"OUT/out.{ending}"]
    look = [["inspect", "IN"], ["inspect", "--safety", "IN"], ["inspect", "--json", "IN"]]
    opened = look + [slim(".pth"), slim(".safetensors"), export("onnx"), export("safetensors"), export("h5"), export("flat")]
    network = str(models / "ir_small.pth")
    kinds = {"pth": ([*FIXTURES.glob("training/*.pth"), *FIXTURES.glob("views/*.pth"), *FIXTURES.glob("containers/*.p*"), *FIXTURES.glob("dtypes/*.pth")], opened)}
    kinds["pickle"] = ([*FIXTURES.glob("hostile/*"), *FIXTURES.glob("opcodes/*")], look)
    kinds["onnx"] = ([p for p in models.glob("*.onnx") if "external" not in p.name] + [made["onnx"], *FIXTURES.glob("operations/*.onnx")],
                     opened + [["run", "IN", "-i", str(models / "ir_small_input.npy"), "-o", "OUT/out.npy"], ["verify", "IN", "--against", network]])
    for ending in ("safetensors", "h5", "flat"):
        kinds[ending] = ([made[ending]], opened)
    kinds["picture"] = ([p for p in FIXTURES.glob("images/*") if p.suffix in (".png", ".jpg")],
                        [["run", str(made["safetensors"]), "IN", "--preprocess", "resize", "-o", "OUT/out.npy"], ["align", "IN", "-o", "OUT/crops", "--preprocess", "resize"]])
    kinds["array"] = ([*models.glob("*_input.npy")], [["run", network, "-i", "IN", "-o", "OUT/out.npy"]])
    scores = FIXTURES / "scores"
    kinds["scores"] = ([*scores.glob("*.csv")], [["score", "IN", "--folds", "4"], ["score", str(scores / "pair_scores.csv"), "--folds", "4", "--baseline", "IN"]])
    pairs = next((p for p in sorted(scores.glob("*.txt"))), None)
    if pairs:
        kinds["pairs"] = ([*scores.glob("*.txt")], [["score", "--pairs-file", "IN", "--embeddings", str(e), "--folds", "4"] for e in scores.glob("*.np*")] or look)
        kinds["embeddings"] = ([*scores.glob("*.np*")], [["score", "--pairs-file", str(pairs), "--embeddings", "IN", "--folds", "4"]])
    kinds["keymap"] = ([folder / "map.txt"], [["export", network, "-o", "OUT/out.safetensors", "--key-map", "IN"]])
    (folder / "map.txt").write_text("# new names\ninput_layer.* first.*\n")
    return {kind: (sorted(files), commands) for kind, (files, commands) in kinds.items() if files}


def change(data, rng, others):
    data = bytearray(data)
    place = lambda: rng.randrange(len(data)) if data else 0
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        if not data:
            break
        how = rng.randrange(9)
        at = place()
        if how == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            data[at] = rng.randrange(256)
        elif how == 2:                                                     # a length, an offset, a count
            width = rng.choice((1, 2, 4, 8))
            number = rng.choice(LIMITS) + rng.choice((0, 0, 1, -1))
            data[at:at + width] = (number % (1 << 8 * width)).to_bytes(width, rng.choice(("little", "big")))
        elif how == 3:                                                     # a number in text
            found = list(re.finditer(rb"-?\d+(\.\d+)?", bytes(data[:1 << 16])))
            if found:
                match = rng.choice(found)
                data[match.start():match.end()] = rng.choice(NUMBERS)
        elif how == 4:
            del data[at:]
        elif how == 5:
            del data[at:at + rng.randrange(1, 64)]
        elif how == 6:                                                     # doubled
            piece = data[at:at + rng.randrange(1, 256)]
            data[at:at] = piece * rng.choice((1, 1, 2, 50))
        elif how == 7:                                                     # moved
            count = rng.randrange(1, 256)
            piece = data[at:at + count]
            del data[at:at + count]
            there = place()
            data[there:there] = piece
        else:                                                              # from a different file
            other = rng.choice(others)
            start = rng.randrange(len(other)) if other else 0
            data[at:at + rng.choice((0, 16, 256))] = other[start:start + rng.randrange(1, 512)]
    return bytes(data)


def changed_inside(data, rng, others):
    """The archive rewritten with one entry changed."""
    try:
        old = zipfile.ZipFile(io.BytesIO(data))
        if sum(i.file_size for i in old.infolist()) > 16 << 20:            # a bomb, which this process must not unpack
            return change(data, rng, others)
        entries = [(i, old.read(i)) for i in old.infolist()]
    except Exception:
        return change(data, rng, others)
    heavy = [k for k, (i, _) in enumerate(entries) if i.filename.endswith((".pkl", ".npy", "version", "byteorder"))]
    chosen = rng.choice(heavy) if heavy and rng.random() < 0.8 else rng.randrange(len(entries)) if entries else -1
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as new:
        for k, (info, body) in enumerate(entries):
            name = info.filename
            if k == chosen:
                if rng.random() < 0.1:
                    name = name.swapcase()
                else:
                    body = change(body, rng, others)
            if not (k == chosen and rng.random() < 0.03):
                new.writestr(zipfile.ZipInfo(name), body)
    return out.getvalue()


def run(convert, command, folder):
    """Exit code, CPU seconds, MiB, and what was printed."""
    with open(folder / "err", "wb+") as err:
        # The kernel ends a process that runs away, which counts as a failure.
        p = subprocess.Popen(["/bin/sh", "-c", 'ulimit -t 20; exec "$0" "$@"', convert, *command], stdin=subprocess.DEVNULL, stdout=err, stderr=err, cwd=folder,
                             env={"PATH": "/usr/bin:/bin", "HOME": str(folder)})
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        return p.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, err.read(4000)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("convert")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", default="mutations-kept")
    given = parser.parse_args()
    convert, base = os.path.abspath(given.convert), Path(tempfile.mkdtemp(prefix="convert-mutations-"))
    kinds = {k: v for k, v in seeds(convert, base).items() if given.only in k}
    contents = {path: path.read_bytes() for files, _ in kinds.values() for path in files}
    small = [c for c in contents.values() if 0 < len(c) < 1 << 20] or [b"x"]
    names = sorted(kinds)

    def one(number):
        rng = random.Random(given.seed * 1_000_003 + number)
        kind = names[number % len(names)]
        files, commands = kinds[kind]
        path, command = rng.choice(files), rng.choice(commands)
        data = contents[path]
        inside = data[:2] == b"PK" and rng.random() < 0.7
        data = (changed_inside if inside else change)(data, rng, small)
        folder = Path(tempfile.mkdtemp(dir=base))
        try:
            (folder / "OUT").mkdir()
            damaged = folder / f"in{path.suffix}"
            damaged.write_bytes(data)
            filled = [str(damaged) if a == "IN" else a.replace("OUT/", f"{folder}/OUT/") for a in command]
            code, cpu, memory, said = run(convert, filled, folder)
            left = [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name not in (damaged.name, "err")]
            wrong = [f"exit {code}"] * (code not in EXITS) + [f"{cpu:.1f} s of CPU"] * (cpu > CPU) + [f"{memory:.0f} MiB"] * (memory > MEMORY)
            wrong += ["an error without a word"] * (code in (2, 64) and not said.strip())
            wrong += [f"left behind: {f}" for f in left if f.endswith(".part") or code in (2, 64) and f.startswith("OUT/out")][:1]
            if wrong:
                kept = Path(given.keep)
                kept.mkdir(parents=True, exist_ok=True)
                (kept / f"{given.seed}-{number}{path.suffix}").write_bytes(data)
                print(f"WRONG {number} {path.name}: {' '.join(command)}: {'; '.join(wrong)}: {said[-200:].decode('utf-8', 'replace').strip()}", flush=True)
            return kind, code, cpu, memory, bool(wrong)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    results, wrong = {}, 0
    with ThreadPoolExecutor(given.jobs) as pool:
        for done, (kind, code, cpu, memory, is_wrong) in enumerate(pool.map(one, range(given.count)), 1):
            wrong += is_wrong
            row = results.setdefault(kind, [0, {}, 0.0, 0.0])
            row[0] += 1
            row[1][code] = row[1].get(code, 0) + 1
            row[2], row[3] = max(row[2], cpu), max(row[3], memory)
            if done % 1000 == 0:
                print(f"{done} run, {wrong} wrong", flush=True)
    shutil.rmtree(base, ignore_errors=True)
    print(f"{'kind':<12} {'runs':>7}  {'most CPU':>8} {'most memory':>11}  exit codes")
    for kind, (runs, codes, cpu, memory) in sorted(results.items()):
        print(f"{kind:<12} {runs:>7}  {cpu:>6.2f} s {memory:>7.0f} MiB  {', '.join(f'{c}: {n}' for c, n in sorted(codes.items()))}")
    print(f"{given.count} run, seed {given.seed}: {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
