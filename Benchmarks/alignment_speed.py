"""Pictures per second from decoding to crop: `convert align` compared with facenet-pytorch's MTCNN, on the same pictures and number of threads, in turns.

Usage: python alignment_speed.py CONVERT LFW_FOLDER [--images 770] [--peer-images 120] [--rounds 3] [--threads 2]
Needs torch, Pillow and facenet-pytorch 2.6.0; if torchvision is missing, its `nms` is replaced by a matrix of overlaps in NumPy.
`convert` also writes its tables (not the crops, with --no-crops), the peer writes nothing. Exits 1 if the ratio is below 5, or memory above 300 MiB.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def stand_in_for_torchvision():
    """The parts of torchvision that facenet-pytorch needs."""
    import types

    import numpy as np
    import torch

    def batched_nms(boxes, scores, groups, threshold):
        boxes, order = boxes.numpy(), np.argsort(-scores.numpy(), kind="stable")
        boxes = boxes[order]
        area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        width = np.minimum(boxes[:, None, 2], boxes[None, :, 2]) - np.maximum(boxes[:, None, 0], boxes[None, :, 0])
        height = np.minimum(boxes[:, None, 3], boxes[None, :, 3]) - np.maximum(boxes[:, None, 1], boxes[None, :, 1])
        common = width.clip(0) * height.clip(0)
        over = common / (area[:, None] + area[None] - common) > threshold
        gone, kept = np.zeros(len(boxes), bool), []
        for place in range(len(boxes)):
            if not gone[place]:
                kept.append(order[place])
                gone |= over[place]
        return torch.tensor(np.array(kept, dtype=np.int64))

    def module(name, **members):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__dict__.update(members)
        return sys.modules[name]

    functional = module("torchvision.transforms.functional", to_tensor=lambda a: torch.from_numpy(a.transpose(2, 0, 1).copy()))
    module("torchvision.transforms", functional=functional)
    module("torchvision.ops.boxes", batched_nms=batched_nms)
    module("torchvision.ops")
    module("torchvision")


def peer(paths, threads):
    import torch
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        stand_in_for_torchvision()
    from facenet_pytorch import MTCNN
    from PIL import Image
    torch.set_num_threads(threads)
    detector = MTCNN(image_size=112, margin=16)
    for path in paths[:5]:
        detector(Image.open(path).convert("RGB"))
    start = time.perf_counter()
    for path in paths:
        detector(Image.open(path).convert("RGB"))
    print(json.dumps(len(paths) / (time.perf_counter() - start)))


def own(convert, folder, count, threads):
    """Pictures per second of the whole process, and its peak memory in MiB."""
    out = folder + "-crops"
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    process = subprocess.Popen([convert, "align", folder, "-o", out, "--threads", str(threads), "--quiet", "--no-crops"])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        sys.exit("convert align failed")
    return count / (time.perf_counter() - start), usage.ru_maxrss / 1024


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("convert")
    p.add_argument("lfw", type=pathlib.Path)
    p.add_argument("--images", type=int, default=770)
    p.add_argument("--peer-images", type=int, default=120)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    a = p.parse_args()
    every = sorted(str(path) for path in (a.lfw / "lfw-deepfunneled").glob("*/*.jpg"))
    if a.peer:
        return peer(every[:: len(every) // a.peer_images], a.threads)
    chosen = every[:: max(1, len(every) // a.images)]
    mine, theirs, peak = [], [], 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = scratch + "/pictures"
        os.mkdir(folder)
        for path in chosen:
            shutil.copy(path, folder)
        for _ in range(a.rounds):
            rate, memory = own(a.convert, folder, len(chosen), a.threads)
            mine.append(rate)
            peak = max(peak, memory)
            call = [sys.executable, __file__, a.convert, str(a.lfw), "--peer", "--peer-images", str(a.peer_images), "--threads", str(a.threads)]
            theirs.append(json.loads(subprocess.run(call, check=True, capture_output=True, text=True).stdout.splitlines()[-1]))
    ratio = statistics.median(mine) / statistics.median(theirs)
    print(f"convert align {statistics.median(mine):.1f} images/s ({min(mine):.1f} to {max(mine):.1f}), peak memory {peak:.0f} MiB; facenet-pytorch "
          f"{statistics.median(theirs):.1f} ({min(theirs):.1f} to {max(theirs):.1f}); ratio {ratio:.2f}")
    if ratio < 5 or peak > 300:
        sys.exit("bounds missed: 5 times the peer, 300 MiB")


if __name__ == "__main__":
    main()
