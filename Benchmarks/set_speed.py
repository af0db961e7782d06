"""Pictures per second of processor time that a .bin set is decoded with: what `convert evaluate --bin --timing` says its two threads spent on
crops, compared with two processes of Pillow, on the same pictures, in turns. Both share no work, so that twice the rate is that of two idle cores.
Also the whole command's rate by the clock, on a network of a few operations.

Usage: python set_speed.py CONVERT JPEG_FOLDER [--rounds 5]
JPEG_FOLDER holds JPEG crops of 112 x 112 in any tree, such as `scripts/pack_set.py --jpegs` writes. Every picture is in the set once. Needs
Pillow, numpy and onnx. Exits 1 if the ratio is below 1.5.
"""
import argparse
import io
import multiprocessing
import pathlib
import pickle
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time


def decode(pictures):
    import numpy as np
    from PIL import Image
    start = time.process_time()
    for picture in pictures:
        np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))
    return time.process_time() - start


def network(path):
    """One convolution of 16 x 16 windows and a product: next to no work."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    rng = np.random.default_rng(1)
    weights = {"w": rng.normal(size=(4, 3, 16, 16)), "v": rng.normal(size=(16, 196)), "b": np.zeros(16)}
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["c"], strides=[16, 16]), helper.make_node("Flatten", ["c"], ["f"]),
         helper.make_node("Gemm", ["f", "v", "b"], ["y"], transB=1)], "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 112, 112])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 16])],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in weights.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("convert")
    p.add_argument("folder", type=pathlib.Path)
    p.add_argument("--rounds", type=int, default=5)
    args = p.parse_args()
    pictures = [path.read_bytes() for path in sorted(args.folder.rglob("*.jpg"))]
    pictures = pictures[:len(pictures) // 4 * 4]
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        network(scratch / "small.onnx")
        (scratch / "set.bin").write_bytes(pickle.dumps((pictures, [i % 2 == 0 for i in range(len(pictures) // 2)]), 4))
        command = [args.convert, "evaluate", str(scratch / "small.onnx"), "--bin", str(scratch / "set.bin"), "--no-cache", "--threads", "2", "--timing", "--quiet",
                   "--input-mean", "127.5", "--input-std", "127.5", "--channel-order", "rgb", "--image-size", "112"]
        ours, whole, theirs = [], [], []
        with multiprocessing.Pool(2) as pool:
            halves = [pictures[0::2], pictures[1::2]]
            pool.map(decode, [h[:50] for h in halves])
            for _ in range(args.rounds):
                start = time.perf_counter()
                said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
                whole.append(len(pictures) / (time.perf_counter() - start))
                ours.append(2 * len(pictures) / float(re.search(r"crops ([0-9.]+) s", said)[1]))
                theirs.append(2 * len(pictures) / sum(pool.map(decode, halves, chunksize=1)))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(f"{len(pictures)} pictures, {sum(map(len, pictures)) / 1e6:.1f} MB: convert decodes {mine:.0f} a second (the whole command: {statistics.median(whole):.0f}), two Pillow processes {other:.0f}: {mine / other:.2f} times; "
          f"peak of a child {peak:.0f} MiB")
    sys.exit(mine / other < 1.5)


if __name__ == "__main__":
    main()
