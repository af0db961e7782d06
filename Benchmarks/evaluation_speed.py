"""`convert evaluate` on all of LFW, compared with the Python pipeline: facenet-pytorch's MTCNN, then the network in torch, on the same number of threads.

Usage: python evaluation_speed.py CONVERT ORACLE CHECKPOINT LFW_FOLDER [--threads 2] [--peer-images 160]
LFW_FOLDER holds lfw-deepfunneled/, lfw_test_pair.txt and mtcnn_crops.csv; needs torch, Pillow, facenet-pytorch (see alignment_speed.py).
The peers are timed on a sample, and their time for all images is extrapolated. Bounds: a third of the peers' time with an empty cache, 1.15 times the
executor's own time with cached crops, 100 ms for `score`, 800 MiB. Exits 1 if one is missed.
"""
import argparse
import glob
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np


def timed(command):
    """Seconds and peak MiB of a whole process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    text = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        sys.exit(f"{command}: {text}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def network_in_torch(oracle, checkpoint, threads, count):
    """Images per second at batch 32."""
    sys.path.insert(0, oracle)
    import faces
    import torch
    from reference_eval import load
    torch.set_num_threads(threads)
    net, _ = load(checkpoint)
    images = faces.standardise(np.stack([faces.crop(row) for row in faces.rows()[:count]]))
    with torch.inference_mode():
        net(torch.from_numpy(images[:32]))
        start = time.perf_counter()
        for first in range(0, count, 32):
            net(torch.from_numpy(images[first:first + 32]))
    print(json.dumps(count / (time.perf_counter() - start)))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("convert")
    p.add_argument("oracle")
    p.add_argument("checkpoint")
    p.add_argument("lfw", type=pathlib.Path)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--peer-images", type=int, default=160)
    p.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.peer:
        return network_in_torch(a.oracle, a.checkpoint, a.threads, a.peer_images)
    here = pathlib.Path(__file__).resolve().parent
    images = len(list((a.lfw / "lfw-deepfunneled").glob("*/*.jpg")))

    def rate(*command):
        return json.loads(subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True).stdout.splitlines()[-1])

    sample = ["--peer", "--peer-images", str(a.peer_images), "--threads", str(a.threads)]

    def peers():
        return (rate(str(here / "alignment_speed.py"), a.convert, str(a.lfw), *sample),
                rate(__file__, a.convert, a.oracle, a.checkpoint, str(a.lfw), *sample))

    with tempfile.TemporaryDirectory() as folder:
        model = folder + "/model.flat"
        subprocess.run([a.convert, a.checkpoint, model, "--quiet"], check=True)
        evaluate = [a.convert, "evaluate", model, "--lfw-root", str(a.lfw / "lfw-deepfunneled"), "--pairs-file",
                    str(a.lfw / "lfw_test_pair.txt"), "--cache", folder + "/cache", "--threads", str(a.threads), "--force", "--output-dir", folder + "/out"]
        before = peers()
        cold, peak = timed(evaluate)
        after = peers()
        for name in glob.glob(folder + "/cache/embeddings-*"):
            os.unlink(name)
        sys.path.insert(0, a.oracle)
        import faces
        np.save(folder + "/x.npy", faces.standardise(np.stack([faces.crop(row) for row in faces.rows()[:32]])))

        def own():
            run = [a.convert, "run", model, "-i", folder + "/x.npy", "--threads", str(a.threads), "--repeat", "9"]
            return float(re.search(r"([\d.]+) images/s", subprocess.run(run, check=True, capture_output=True, text=True).stderr)[1])

        rates = [own()]
        kept, _ = timed(evaluate)
        rates.append(own())
        score = statistics.median(timed([a.convert, "score", folder + "/out/pair_scores.csv"])[0] for _ in range(9))
    align, network = (statistics.mean(pair) for pair in zip(before, after))
    python = images / align + images / network
    executor = images / statistics.mean(rates)
    print(f"{images} images, {a.threads} threads\n"
          f"nothing kept: {cold:.0f} s, peak memory {peak:.0f} MiB; Python {python:.0f} s (MTCNN {align:.1f} and torch {network:.1f} images/s): "
          f"{python / cold:.2f} times as fast\n"
          f"kept crops: {kept:.0f} s, the executor alone {executor:.0f} s ({statistics.mean(rates):.1f} images/s): {kept / executor:.2f} times\n"
          f"score: {1000 * score:.0f} ms")
    missed = [what for what, holds in (("a third of Python's time", cold <= python / 3), ("1.15 times the executor", kept <= 1.15 * executor),
                                       ("score in 100 ms", score <= 0.1), ("800 MiB", peak <= 800)) if not holds]
    if missed:
        sys.exit("bounds missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
