"""Scans the same checkpoints with `convert inspect --safety`, picklescan and modelscan, and prints files per second and what each found.

The checkpoints are written by torch: networks of 60 to 400 tensors with optimizer state, 0.3 to 4 MB, one in ten a bare state dict, one in
fifty with a call of `posix.system` in it. Each program gets the folder in one process, in turns; the median of the rounds counts. modelscan, which
takes a second and more for a file, gets every twentieth file."""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


class Payload:
    def __reduce__(self):
        return os.system, ("true",)


def write(folder, count):
    import torch

    generator = torch.Generator().manual_seed(1)
    for index in range(count):
        layers = 12 + index * 7 % 68
        width = 12 + index * 5 % 20
        state = {}
        for layer in range(layers):
            state[f"body.{layer}.weight"] = torch.randn(width, width, 3, 3, generator=generator)
            for name in ("weight", "bias", "running_mean", "running_var"):
                state[f"body.{layer}.bn.{name}"] = torch.randn(width, generator=generator)
        content = state
        if index % 10:
            moments = {i: {"step": torch.tensor(float(index)), "exp_avg": value.clone()} for i, value in enumerate(state.values())}
            content = {"epoch": index, "state_dict": state, "optimizer": {"state": moments, "param_groups": [{"lr": 0.1}]}}
        if index % 50 == 49:
            content = {"state_dict": state, "extra": Payload()}
        torch.save(content, folder / f"{index:04}.pth")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("convert", help="the built convert")
    parser.add_argument("--scanners", type=pathlib.Path, help="a folder that pip install --target filled with picklescan and modelscan")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=pathlib.Path, help="keep the checkpoints there, and use those that are there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if len(list(folder.glob("*.pth"))) != given.count:
            write(folder, given.count)
        total = sum(file.stat().st_size for file in folder.glob("*.pth"))
        print(f"{given.count} checkpoints, {total / 1e6:.0f} MB, Python {sys.version.split()[0]}")
        environment = dict(os.environ)
        counts = {}
        programs = {
            "convert": [given.convert, "inspect", "--safety", str(folder)],
            "convert, one thread": [given.convert, "inspect", "--safety", "--threads", "1", str(folder)],
        }
        if given.scanners:
            environment["PYTHONPATH"] = str(given.scanners)
            programs["picklescan"] = [sys.executable, str(given.scanners / "bin/picklescan"), "-p", str(folder)]
            few = pathlib.Path(temporary) / "few"
            few.mkdir()
            for file in sorted(folder.glob("*.pth"))[::20]:
                os.link(file, few / file.name) if few.stat().st_dev == file.stat().st_dev else shutil.copy(file, few)
            programs["modelscan"] = [sys.executable, str(given.scanners / "bin/modelscan"), "-p", str(few)]
            counts["modelscan"] = len(list(few.iterdir()))
        times = {name: [] for name in programs}
        last = {}
        for _ in range(given.rounds):
            for name, command in programs.items():
                began = time.perf_counter()
                run = subprocess.run(command, capture_output=True, text=True, env=environment)
                times[name].append(time.perf_counter() - began)
                last[name] = run
        for name, seconds in times.items():
            middle = statistics.median(seconds)
            lines = [line for line in last[name].stdout.splitlines() if line.strip()]
            files = counts.get(name, given.count)
            print(
                f"{name:<20} {files / middle:9.1f} files/s   {files} in {middle:.2f} s ({min(seconds):.2f} to {max(seconds):.2f})   "
                f"exit {last[name].returncode}   {lines[-1][:70] if lines else last[name].stderr.strip()[-70:]}")


main()
