"""Kills commands that write files, with SIGKILL and at many points, and checks what is left, immediately and after the next run.

Usage: python3 kill_at_points.py CONVERT [--points N]     (needs nothing beyond Python; strace for points at system calls)

Checked after each kill: under an output's name there is the whole new file, the old one, or nothing. Checked after the next run of the same command:
exit 0, its outputs, and no other file. Points are spread over the run's time, and if strace may trace, also over its calls (fsync, linkat, rename, pwrite64 …).
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
CALLS = "fsync,linkat,rename,renameat2,unlink,pwrite64,ftruncate,mkdir,openat"


def commands():
    """Name, arguments, and whether an old file exists before the run (--force)."""
    training, network = str(FIXTURES / "training/small_epoch_003.pth"), str(FIXTURES / "models/ir_small.pth")
    yield "slim", ["slim", training, "-o", "out/a.pth"], False
    for ending in ("pth", "safetensors", "h5", "flat", "onnx"):
        for force in (False, True):
            yield f"export {ending}{' --force' if force else ''}", ["export", network, "-o", f"out/a.{ending}"] + ["--force"] * force, force
    yield "export onnx --external-data --force", ["export", network, "-o", "out/a.onnx", "--external-data", "--force"], False
    yield "export onnx --proof --force", ["export", network, "-o", "out/a.onnx", "--proof", "out/proof", "--force"], False
    yield "run", ["run", network, "-i", str(FIXTURES / "models/ir_small_input.npy"), "-o", "out/a.npy"], False
    yield "align --force", ["align", str(FIXTURES / "images/source.png"), "-o", "out/crops", "--preprocess", "resize", "--draw", "--force"], False
    yield "score --output-dir --force", ["score", str(FIXTURES / "scores/pair_scores.csv"), "--folds", "4", "--output-dir", "out/report", "--force"], False


def fresh(base, old):
    shutil.rmtree(base / "out", ignore_errors=True)
    (base / "out").mkdir()
    if old:
        (base / "out" / old).write_bytes(b"old")


def files(base):
    return {str(p.relative_to(base)): p for p in (base / "out").rglob("*") if p.is_file()}


def start(convert, command, base, before=()):
    return subprocess.Popen([*before, convert, *command], cwd=base, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("convert")
    parser.add_argument("--points", type=int, default=200)
    given = parser.parse_args()
    convert, base = os.path.abspath(given.convert), Path(tempfile.mkdtemp(prefix="convert-kills-"))
    listed = list(commands())
    each = -(-given.points // len(listed))
    traced = bool(shutil.which("strace")) and subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0
    points, killed, leftover, wrong = 0, 0, 0, []
    for name, command, has_old in listed:
        old = Path(command[command.index("-o") + 1]).name if has_old else None
        fresh(base, old)
        begun = time.monotonic()
        if start(convert, command, base).wait() != 0:
            return print(f"{name}: does not run") or 1
        took = time.monotonic() - begun
        whole = {n: p.read_bytes() for n, p in files(base).items()}
        counts = {}
        if traced:
            log = base / "log"
            fresh(base, old)
            start(convert, command, base, ["strace", "-f", "-o", str(log), "-e", f"trace={CALLS}"]).wait()
            for line in log.read_text(errors="replace").splitlines():
                call = line.split("(")[0].split()[-1] if "(" in line and "resumed" not in line else ""
                counts[call] = counts.get(call, 0) + 1
        calls = [(c, n) for c in CALLS.split(",") for n in range(1, counts.get(c, 0) + 1)]
        # The last calls are the ones that give files their names.
        chosen = [calls[-1 - k * max(1, len(calls) // max(1, each // 2)) % len(calls)] for k in range(each // 2)] if calls else []
        for k in range(each):
            fresh(base, old)
            if k < len(chosen):
                call, n = chosen[k]
                p = start(convert, command, base, ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={n}"])
                p.wait()
                at = f"{call} {n}"
            else:
                p = start(convert, command, base)
                after = took * (k - len(chosen) + 0.5) / max(1, each - len(chosen))
                time.sleep(after)
                p.kill()
                p.wait()
                at = f"{after * 1000:.0f} ms"
            points += 1
            killed += p.returncode != 0
            left = files(base)
            leftover += any(n.endswith(".part") for n in left)
            for n, path in left.items():
                content = path.read_bytes()
                if not n.endswith(".part") and content != whole.get(n) and not (old and path.name == old and content == b"old"):
                    wrong.append(f"{name}, killed at {at}: {n} is a part of a file")
            again = [*command] + ["--force"] * ("--force" not in command)
            code = start(convert, again, base).wait()
            now = {n: p.read_bytes() for n, p in files(base).items()}
            if code != 0 or now != whole:
                wrong.append(f"{name}, killed at {at}: the next run exits {code}, files {sorted(set(now) ^ set(whole))}")
        print(f"{name}: {each} points, {len(chosen)} of them at system calls", flush=True)
    shutil.rmtree(base, ignore_errors=True)
    print("\n".join(wrong) or "nothing wrong")
    print(f"{points} points, {killed} killed, {leftover} left a temporary file for the next run to remove, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
