"""What `convert` makes of checkpoints of many projects, against PyTorch: a row for each family.

    python scripts/family_table.py CONVERT OUT MODULE.py [MODULE.py ...] [--width 16] [--only NAME]

CONVERT is the program, OUT a folder for the files, and each module has a table FAMILIES and `build`, `images` and `prepare` as fixtures/face_families.py
has. For each family: the name that it is recognized as; the largest difference to PyTorch in float64 after normalization, over batches of 1, 3 and 7 images (at most 1e-5, or twice
PyTorch's own in float32); where
the facts of its contract come from, and which of them differ from the project's; whether the ONNX export passes ONNX's checker; and what `verify`
says of the network that torch.onnx.export itself writes. Exits with 1 if any row is wrong. Needs torch, onnx and onnxruntime.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import warnings

import numpy as np
import onnx
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fixtures"))
import face_families
from make_families import load

warnings.simplefilter("ignore")
torch.set_num_threads(2)
BATCHES = (1, 3, 7)


def convert(*arguments):
    run = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, errors="replace")
    return run.returncode, run.stdout, " ".join(run.stderr.split())


def first(y):
    return y[0] if isinstance(y, tuple) else y


def unit(y):
    y = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
    return y / np.linalg.norm(y, axis=1, keepdims=True)


def row(program, folder, name, entry, module, common, width):
    build, images, prepare = (getattr(module, f, None) or getattr(common, f) for f in ("build", "images", "prepare"))
    net = build(entry, width, 1)
    checkpoint = folder / f"{name}.pth"
    # Some are saved as pickled objects, which no longer know what they compute.
    torch.save(entry.save(build(entry, width, 1)), checkpoint, _use_new_zipfile_serialization=not entry.legacy)
    quantized = ["--dequantize"] if name.endswith("_q") else []
    status, out, err = convert(program, "inspect", "--json", checkpoint, *quantized)
    if status:
        return False, f"inspect: {err[:200]}"
    network = json.loads(out).get("network") or {}
    if not network:
        return False, "not recognized: " + err[:160]
    largest = 0.0
    pixels = images(entry.contract, 5, max(BATCHES))
    inputs = prepare(pixels, entry.contract)
    with torch.no_grad():
        single = unit(first(net(torch.from_numpy(inputs))).numpy())
        wanted = unit(first(net.double()(torch.from_numpy(inputs).double())).numpy())
    net.float()
    # How near float32 comes at all: some networks end in a division by small numbers.
    bound = max(1e-5, 2 * abs(single - wanted).max())
    for count in BATCHES:
        np.save(folder / "input.npy", inputs[:count])
        status, _, err = convert(program, "run", checkpoint, "--input", folder / "input.npy", "--output", folder / "output.npy", "--force", *quantized)
        if status:
            return False, f"run: {err[:200]}"
        largest = max(largest, abs(unit(np.load(folder / "output.npy")) - wanted[:count]).max())
    contract = network.get("contract") or {}
    origins = contract.get("origins") or {}
    assumed = sorted(fact for fact, origin in origins.items() if origin == "assumed")
    project = entry.contract
    claims = {
        "channel_order": project["channels"].lower(), "mean": project["mean"], "standard_deviation": project["std"],
        "is_normalized": project["normalised"],
    }
    other = [fact for fact, value in claims.items() if not same(contract.get(fact), value)]
    silent = [fact for fact in other if origins.get(fact) != "assumed"]
    exported = folder / f"{name}.onnx"
    status, _, err = convert(program, "export", checkpoint, "-o", exported, "--force", *quantized)
    if status:
        checker = "export: " + err[:120]
    else:
        onnx.checker.check_model(str(exported), full_check=True)
        checker = "passes"
    own = folder / f"{name}_torch.onnx"
    try:
        torch.onnx.export(
            net, torch.from_numpy(inputs[:1]), str(own), opset_version=17, dynamo=False, input_names=["input"], output_names=["embedding"],
            dynamic_axes={"input": {0: "batch"}, "embedding": {0: "batch"}})
        status, _, err = convert(program, "verify", own, "--against", checkpoint, *quantized)
        said = [line for line in out.splitlines() if "first differing layer" in line or "could not be matched" in line or "differ" in line]
        verdict = {0: "the same network", 1: "a different network: " + "; ".join(said)[:300]}.get(status, f"cannot tell: {' '.join(out.split())[-200:]} {err[:100]}")
    except Exception as error:
        verdict = f"torch does not export it: {type(error).__name__} {error}"[:200]
    right = largest <= bound and not silent and checker == "passes" and verdict == "the same network"
    facts = f"assumed {len(assumed)}" + (f", other than the project's: {', '.join(other)}" if other else ", as the project's")
    return right, f"{network.get('architecture', network.get('name'))} | {largest:.1e} | {facts} | {checker} | {verdict}"


def same(found, wanted):
    numbers = lambda value: value if isinstance(value, list) else [value]
    return [float(v) if isinstance(v, (int, float)) else v for v in numbers(found)] == [float(v) if isinstance(v, (int, float)) else v for v in numbers(wanted)]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("convert")
    p.add_argument("out")
    p.add_argument("modules", nargs="+")
    p.add_argument("--width", type=int, default=16)
    p.add_argument("--only", action="append", default=[])
    a = p.parse_args()
    folder = pathlib.Path(a.out)
    folder.mkdir(exist_ok=True)
    print("family | recognized as | largest difference | contract | ONNX checker | verify against torch's own ONNX")
    wrong = count = 0
    for path in a.modules:
        module = load(path)
        for name, entry in module.FAMILIES.items():
            if a.only and name not in a.only:
                continue
            right, text = row(a.convert, folder, name, entry, module, face_families, a.width)
            count += 1
            wrong += not right
            print(f"{name} | {text}{'' if right else ' | WRONG'}", flush=True)
    print(f"{count - wrong} right, {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
