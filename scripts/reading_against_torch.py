#!/usr/bin/env python3
"""Compares how the tool reads checkpoints with how torch does, on files made from a seed (reading_generator.py).

For every file, `convert slim` writes exactly what torch.load gives, with weights_only and without, or the tool refuses the file. A file that
torch's two ways of loading read differently must be refused. Bare pickles are compared with Python's own pickle. Files that the tool
refuses are not given to torch, except with --all, which counts how many of them torch would have loaded.

Usage: reading_against_torch.py CONVERT [--count N] [--seed S] [--start I] [--keep FOLDER] [--jobs J] [--all]
       reading_against_torch.py CONVERT --record fixtures/reading [--count N]
Prints one line per difference (its file is stored in FOLDER) and a summary; exits 1 if there was any. The second form writes the files
themselves and, in answers.json, what torch gives for each; the tests replay these without Python.
"""
import argparse
import collections
import concurrent.futures
import io
import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from reading_generator import checkpoint

TIME_LIMIT = 10


def exported(path):
    """Names, types, sizes and bytes of a safetensors file."""
    raw = Path(path).read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + size])
    aliases = json.loads(header.pop("__metadata__", {}).get("convert.aliases", "{}"))
    start = 8 + size
    found = {k: (v["dtype"], tuple(v["shape"]), raw[start + v["data_offsets"][0]:start + v["data_offsets"][1]]) for k, v in header.items()}
    return found | {name: found[of] for name, of in aliases.items()}


def described(value):
    """The same for the tensors in each dictionary that torch gave, nearest to the root first; the tool says which one it took."""
    import torch
    kinds = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64", torch.int32: "I32", torch.int16: "I16",
             torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}
    found, waiting = [], [value]
    assert isinstance(value, dict), f"the root is a {type(value).__name__}"
    while waiting and len(found) < 100:
        outer = waiting.pop(0)
        waiting += [v for v in outer.values() if isinstance(v, dict)]
        tensors = {}
        for key, tensor in outer.items():
            if isinstance(tensor, torch.Tensor):
                tensor = tensor.detach().resolve_neg().resolve_conj().contiguous()
                name = key if isinstance(key, str) else f"{key!r}, not a text"
                tensors[name] = (kinds.get(tensor.dtype, str(tensor.dtype)), tuple(tensor.shape), tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b"")
        if tensors:
            found.append(tensors)
    return found


def readings(path, kind):
    """What torch reads from a file: one description for each way of loading that succeeds."""
    import torch
    if kind == "pickle":
        data = Path(path).read_bytes()
        ways = [lambda: pickle.loads(data, encoding="utf-8"), lambda: pickle.load(io.BytesIO(data), encoding="utf-8"), lambda: pickle.load(open(path, "rb"), encoding="utf-8"),
                lambda: pickle.load(open(path, "rb", buffering=0), encoding="utf-8")]
    else:
        ways = [lambda: torch.load(path, weights_only=True, map_location="cpu"), lambda: torch.load(path, weights_only=False, map_location="cpu")]
    found = []
    for way in ways:
        try:
            value = way()
        except Exception:
            continue
        try:
            found.append(described(value))
        except Exception as error:
            found.append(f"not a dictionary of tensors ({type(value).__name__}: {error})")
    return found


def judge(path, kind, output):
    """'same', 'torch refuses', or what differs."""
    mine = exported(output) if output else None
    found = readings(path, kind)
    if not found:
        return "torch refuses"
    if mine is None:
        return "torch loads"
    for reading in found:
        if isinstance(reading, str):
            return "DEPARTURE: torch gives " + reading
        if mine not in reading:
            theirs = reading[0] if reading else {}
            names = [k for k in mine.keys() | theirs.keys() if mine.get(k) != theirs.get(k)]
            return f"DEPARTURE: {names[:1]}: exported {str(mine.get(names[0]))[:80]}, torch gives {str(theirs.get(names[0]))[:80]}"
    return "same"


def recorded(path, kind, output):
    """Torch's readings of a file in the form for JSON, and whether the tool read it."""
    shown = lambda tensors: {k: [kind, list(sizes), raw.hex()] for k, (kind, sizes, raw) in tensors.items()}
    return {"read": output is not None, "torch": [found if isinstance(found, str) else [shown(tensors) for tensors in found] for found in readings(path, kind)]}


def worker(pipe):
    """Loads files in a separate process: a file may take long or crash torch."""
    warnings.simplefilter("ignore")
    import torch
    torch.set_num_threads(1)
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError("too long")))
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        signal.alarm(TIME_LIMIT)
        try:
            work, *rest = task
            answer = {"judge": judge, "record": recorded}[work](*rest)
        except Exception as error:
            answer = "torch takes too long" if isinstance(error, TimeoutError) else f"DEPARTURE: {type(error).__name__}: {error}"
        signal.alarm(0)
        pipe.send(answer)


class Torch:
    """The process that loads files; a new one after a crash."""

    def __init__(self):
        self.context = multiprocessing.get_context("spawn")
        self.process = None

    def ask(self, *task):
        if self.process is None:
            self.pipe, theirs = self.context.Pipe()
            self.process = self.context.Process(target=worker, args=(theirs,), daemon=True)
            self.process.start()
            theirs.close()
        try:
            self.pipe.send(task)
            if self.pipe.poll(3 * TIME_LIMIT):
                return self.pipe.recv()
            answer = "torch takes too long"
        except (EOFError, OSError):
            answer = "torch crashes"
        self.process.kill()
        self.process = None
        return answer


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("convert")
    options.add_argument("--count", type=int, default=2000)
    options.add_argument("--seed", default="1")
    options.add_argument("--start", type=int, default=0)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--keep", help="folder for the files that depart")
    options.add_argument("--all", action="store_true", help="show refused files to torch, too")
    options.add_argument("--record", help="folder to write files and torch's answers to")
    options = options.parse_args()
    convert = os.path.abspath(options.convert)
    loader, counts, departures, answers = Torch(), collections.Counter(), 0, {}

    with tempfile.TemporaryDirectory() as place, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        def converted(index):
            data, kind = checkpoint(options.seed, index)
            path = f"{place}/{index}.pth"
            Path(path).write_bytes(data)
            output = f"{place}/{index}.safetensors"
            try:
                p = subprocess.run([convert, "slim", path, "-o", output, "--quiet"], capture_output=True, stdin=subprocess.DEVNULL, timeout=300)
            except subprocess.TimeoutExpired as error:
                p = subprocess.CompletedProcess(error.cmd, -1, b"", b"no end within 300 s")
            return index, path, kind, output, p

        def batches():
            numbers = range(options.start, options.start + options.count)
            for at in range(0, len(numbers), 100):
                yield from pool.map(converted, numbers[at:at + 100])

        for index, path, kind, output, p in batches():
            written = os.path.exists(output)
            if options.record:
                name = f"{index:04}-{kind}.pth"
                os.makedirs(options.record, exist_ok=True)
                Path(options.record, name).write_bytes(Path(path).read_bytes())
                answers[name] = loader.ask("record", path, kind, output if written else None)
            if p.returncode not in (0, 2) or written != (p.returncode == 0):
                answer = f"DEPARTURE: exit {p.returncode}, output {'written' if written else 'absent'}: {p.stderr.decode(errors='replace')[:200]}"
            elif written:
                answer = loader.ask("judge", path, kind, output)
            else:
                answer = "refused" + (", " + loader.ask("judge", path, kind, None) if options.all else "")
            if answer.startswith("DEPARTURE"):
                departures += 1
                print(f"{options.seed}/{index} ({kind}): {answer}", flush=True)
                if options.keep:
                    os.makedirs(options.keep, exist_ok=True)
                    Path(options.keep, f"{options.seed}-{index}-{kind}.pth").write_bytes(Path(path).read_bytes())
            counts[kind, answer.split(":")[0]] += 1
            for name in (path, output):
                if os.path.exists(name):
                    os.unlink(name)
            if (index + 1 - options.start) % 5000 == 0:
                print(f"{index + 1 - options.start} files, {departures} departures", flush=True)

    if options.record:
        lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(answer)}" for name, answer in sorted(answers.items()))
        Path(options.record, "answers.json").write_text("{\n" + lines + "\n}\n")
    print(f"{options.count} files of seed {options.seed} from {options.start}: {departures} departures")
    for (kind, answer), number in sorted(counts.items()):
        print(f"  {kind:<7} {answer:<24} {number}")
    sys.exit(departures > 0)


if __name__ == "__main__":
    main()
