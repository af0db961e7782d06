#!/usr/bin/env python3
"""Compares `convert`'s pictures with Pillow 10.2's, byte for byte: decoding, resizing, and what is refused.

    python scripts/images_against_pillow.py FOLDER [--convert PATH] [--decode 1000] [--sizes 200] [--damage 400]

FOLDER holds photographs. `convert run` is given networks that only return their input, so that the array that it writes has the
pixels themselves. Needs Pillow 10.2, numpy and onnx.
"""
import argparse
import concurrent.futures
import io
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
import PIL
from PIL import Image, ImageFile

assert not ImageFile.LOAD_TRUNCATED_IMAGES


def through(path, height=None, width=None):
    """A network whose output is its input, of one size or of any."""
    sizes = ["n", 3, height or "h", width or "w"]
    value = lambda name: onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, sizes)
    # A convolution that multiplies each channel by one; exact for whole numbers.
    one = onnx.numpy_helper.from_array(np.eye(3, dtype=np.float32).reshape(3, 3, 1, 1), "one")
    node = onnx.helper.make_node("Conv", ["pixels", "one"], ["same"], name="same", kernel_shape=[1, 1])
    graph = onnx.helper.make_graph([node], "through", [value("pixels")], [value("same")], [one])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return str(path)


class Runner:
    def __init__(self, convert, folder):
        self.convert, self.folder = convert, pathlib.Path(folder)

    def pixels(self, model, paths, tag="x"):
        """uint8 [N, H, W, 3] of the pictures that were read, or None; the exit code; and the errors."""
        out = self.folder / f"{tag}.npy"
        out.unlink(missing_ok=True)
        run = subprocess.run(
            [self.convert, "run", model, *map(str, paths), "-o", str(out), "--input-mean", "0", "--input-std", "1", "--exif", "ignore", "--quiet", "--threads", "1",
             "--preprocess", "resize"],
            capture_output=True, text=True)
        if run.returncode not in (0, 1, 2):
            sys.exit(f"convert ended with {run.returncode} on {paths[:3]}: {run.stderr}")
        array = np.load(out).astype(np.uint8).transpose(0, 2, 3, 1) if out.exists() else None
        return array, run.returncode, run.stderr


def pillow(source):
    return Image.open(source).convert("RGB")


def decode(runner, paths):
    model = through(runner.folder / "any.onnx")

    def one(numbered):
        place, path = numbered
        found, code, errors = runner.pixels(model, [path], f"decode{place}")
        (runner.folder / f"decode{place}.npy").unlink(missing_ok=True)
        return code == 0 and np.array_equal(found[0], np.asarray(pillow(path))) or f"{path}: {errors}"

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        bad = [r for r in pool.map(one, enumerate(paths)) if r is not True]
    print(f"decoding: {len(paths) - len(bad)} of {len(paths)} photographs equal")
    return bad


def resize(runner, paths, count, seed):
    rng, bad, compared = random.Random(seed), [], 0
    for number in range(count):
        width, height = (int(2 ** rng.uniform(0, 10)) for _ in range(2))
        if number % 10 == 0: width = 250
        if number % 10 == 5: height = 250
        chosen = rng.sample(paths, min(len(paths), 8 if width * height < 1 << 17 else 2))
        sources = []
        for place, path in enumerate(chosen):
            image = pillow(path)
            if place % 2:  # Every other one is cropped to a random size first, which only PNG stores without loss.
                w, h = (rng.randint(1, 250) for _ in range(2))
                x, y = rng.randint(0, image.width - min(w, image.width)), rng.randint(0, image.height - min(h, image.height))
                image = image.crop((x, y, min(x + w, image.width), min(y + h, image.height)))
                path = runner.folder / f"cut{place}.png"
                image.save(path)
            sources.append((path, image))
        model = through(runner.folder / "fixed.onnx", height, width)
        found, code, errors = runner.pixels(model, [p for p, _ in sources])
        if code != 0:
            bad.append(f"{width}x{height}: {errors}")
            continue
        for (path, image), got in zip(sources, found):
            compared += 1
            if not np.array_equal(got, np.asarray(image.resize((width, height), Image.BILINEAR))):
                bad.append(f"{path} {image.size} to {width}x{height}")
    print(f"resizing: {compared - len(bad)} of {compared} results equal, {count} target sizes")
    return bad


def damage(runner, paths, count, seed):
    """Truncated files and flipped bytes, in JPEGs and PNGs of all kinds: whether both refuse the file, and equal pixels if neither does."""
    rng, model = random.Random(seed), through(runner.folder / "any.onnx")
    # Larger than convert decodes; Pillow need not spend minutes on them.
    Image.MAX_IMAGE_PIXELS = 50_000_000
    tally, odd = {}, []
    for number in range(count):
        image = pillow(rng.choice(paths)).resize((rng.randint(1, 90), rng.randint(1, 90)))
        buffer = io.BytesIO()
        kind = rng.choice(["JPEG", "JPEG", "progressive", "restart", "CMYK", "L", "PNG", "P"])
        if kind == "PNG": image.save(buffer, "PNG")
        elif kind == "P": image.quantize(rng.randint(2, 256)).save(buffer, "PNG")
        elif kind in ("CMYK", "L"): image.convert(kind).save(buffer, "JPEG")
        elif kind == "restart": image.save(buffer, "JPEG", restart_marker_blocks=3)
        else: image.save(buffer, "JPEG", progressive=kind == "progressive", subsampling=rng.randint(0, 2), quality=rng.randint(5, 98))
        data = bytearray(buffer.getvalue())
        if rng.random() < 0.4:
            data = data[: rng.randint(1, len(data))]
        else:
            for _ in range(rng.choice([1, 1, 2, 5])):
                data[rng.randrange(len(data))] = rng.randrange(256)
        path = runner.folder / "damaged"
        path.write_bytes(data)
        try: expected = np.asarray(pillow(io.BytesIO(bytes(data))))
        except Exception: expected = None
        found, code, errors = runner.pixels(model, [path])
        container = "PNG" if kind in ("PNG", "P") else "JPEG"
        if expected is None and found is None: what = "both refuse"
        elif expected is None: what = "only Pillow refuses"
        elif found is None: what = "only convert refuses"
        else: what = "equal" if np.array_equal(found[0], expected) else "differ"
        tally[container, what] = tally.get((container, what), 0) + 1
        if what not in ("both refuse", "equal"): odd.append(f"{kind} #{number}: {what} {errors.strip()}")
    for (container, what), n in sorted(tally.items()): print(f"damaged {container}: {what}: {n}")
    return odd


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--convert", default=".build/release/convert")
    parser.add_argument("--decode", type=int, default=1000)
    parser.add_argument("--sizes", type=int, default=200)
    parser.add_argument("--damage", type=int, default=400)
    parser.add_argument("--seed", type=int, default=24)
    options = parser.parse_args()
    print(f"Pillow {PIL.__version__}")
    paths = sorted(p for p in pathlib.Path(options.folder).rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if not paths: sys.exit(f"no photographs in {options.folder}")
    sample = random.Random(options.seed).sample(paths, min(options.decode, len(paths)))
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(options.convert, folder)
        bad = []
        for part in (lambda: decode(runner, sample), lambda: resize(runner, sample or paths, options.sizes, options.seed)):
            began = time.time()
            bad += part()
            print(f"  {time.time() - began:.0f} s")
        odd = damage(runner, sample or paths, options.damage, options.seed)
    for line in bad[:20]: print("DIFFERS", line)
    # If one accepts a damaged file and the other refuses it, no result changes silently; the file is listed for inspection.
    for line in odd[:60]: print("  ", line)
    sys.exit(1 if bad or any("differ" in line for line in odd) else 0)


if __name__ == "__main__":
    main()
